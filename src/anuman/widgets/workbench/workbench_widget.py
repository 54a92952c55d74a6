"""The workbench: take a claim, choose a test, state what you assume, give an interval, then see the verdict."""

from anuman.language import _, language
from anuman.scenes.claim_test import TESTS, Bench, every, moving_figures

from ..kit.controls import Button, Text, choice, decimal
from ..kit.explorer import Explorer, Try
from ..kit.number_parser import parse
from ..kit.view import View
from . import workbench_chart

SHORT = 58  # letters of a claim in the list


def _title(claim_id: str) -> str:
    said = every()[claim_id][1].text[language()]
    return f"{claim_id} · {said if len(said) <= SHORT else said[:SHORT].rsplit(' ', 1)[0] + ' …'}"


class Workbench(Explorer):
    """Claim and test; the assumption that is varied, and the learner's interval.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        super().__init__()
        self._judged: frozenset[str] = frozenset()
        first = Bench()
        self.claim = choice(_("Claim"), [(_title(id), id) for id in every()], first.claim)
        names = [(workbench_chart.test_name(test), test) for test in ("", *TESTS)]
        self.test = choice(_("Test"), names, "")
        self.figure = choice(_("Assumption to be varied"), self._figures(first.claim), "")
        self.factor = decimal(_("uncertain by a factor of"), first.factor, 1.01, 10.0)
        self.low = Text(_("Your interval, from"))
        self.high = Text(_("to"))
        self.judge = Button(_("Judge"), primary=True)
        self.judge.on_click(lambda _button: self._judge())
        self.claim.observe(self._next, "value")
        self.open_with(
            gate,
            main=[self.claim, self.test, self.figure, self.factor],
            tries=[
                Try(_("1 · three times its value"), claim="S0.3"),
                Try(_("2 · one sum, many papers"), claim="S2.5"),
                Try(_("3 · twenty thousand chips"), claim="S4.1"),
                Try(_("4 · a date that cannot be"), claim="S4.7"),
                Try(_("5 · what a deal shows"), claim="S0.13"),
            ],
            foot=[self.low, self.high, self.judge],
            unwatched=[self.claim],
        )

    @staticmethod
    def _figures(claim: str) -> list[tuple[str, str]]:
        return [(_("none"), ""), *((name, name) for name in moving_figures(claim))]

    def _next(self, change) -> None:
        """Another claim: its own assumptions, no test and no interval yet."""
        with self.together():
            self.figure.options = self._figures(change["new"])
            self.figure.value = ""
            self.test.value = ""
            self.low.value = self.high.value = ""
            self.low.problem = self.high.problem = ""
        self.draw()

    def _judge(self) -> None:
        """Open the verdict, unless no test is chosen or the interval cannot be read."""
        self.test.problem = "" if self.test.value else _("choose a test first")
        ends = [self._typed(self.low), self._typed(self.high)]
        if self.test.problem or self.low.problem or self.high.problem:
            return
        if None not in ends and ends[0] > ends[1]:
            self.high.problem = _("this end is below the other")
            return
        self._judged |= {self.claim.value}
        names = moving_figures(self.claim.value)
        if names and not self.figure.value:
            self.figure.value = names[0]
        self.draw()

    @staticmethod
    def _typed(field: Text) -> float | None:
        """The number in a field, None where it is empty; what is no number is said at the field."""
        field.problem = ""
        if not field.value.strip():
            return None
        try:
            return parse(field.value)
        except ValueError as error:
            field.problem = str(error)
            return None

    @property
    def state(self) -> Bench:
        """The bench at the present setting."""
        return Bench(
            claim=self.claim.value, test=self.test.value, figure=self.figure.value,
            factor=self.factor.value, low=self._number(self.low), high=self._number(self.high),
            judged=self._judged,
        )  # fmt: skip

    @staticmethod
    def _number(field: Text) -> float | None:
        try:
            return parse(field.value) if field.value.strip() else None
        except ValueError:
            return None  # said at the field when the verdict is asked for

    def view(self, state: Bench, before: Bench | None) -> View:
        return workbench_chart.view(state, before)


def workbench(gate=None) -> Workbench:
    """Show the workbench of all claims; closed while `gate` (the predictions) is locked."""
    return Workbench(gate)
