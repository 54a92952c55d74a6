"""Break the server: choose a patient, read its dashboard, name the fault, see the repair and its price."""

from html import escape

from anuman.language import _, number
from anuman.scenes.faults import FAULTS, patient

from ..kit.controls import choice
from ..kit.figure import Figure, table_html, table_text
from ..kit.picture import Live
from . import break_words as words

NAMES = tuple(sorted(FAULTS))  # in another order than the patients


class BreakTheServer(Live):
    """Two lists, a dashboard, and what the learner's diagnosis is worth.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        super().__init__(self._still)
        self.patient = choice(
            _("Patient"), [(number(at + 1), fault) for at, fault in enumerate(FAULTS)]
        )
        options = [(_("choose"), ""), *((words.said(fault).name, fault) for fault in NAMES)]
        self.fault = choice(_("Diagnosis"), options)
        self.patient.observe(self._next, "value")
        self.fault.observe(self._draw, "value")
        if gate is not None and gate.locked:
            said = _("Make your predictions above, or press “Show me”: then this opens.")
            self.show(f'<div class="wide"><p>{said}</p></div>', said)
            gate.on_unlock(self._open)
        else:
            self._open()

    def _open(self) -> None:
        self.place(form=[self.patient, self.fault])
        self._draw()

    def _next(self, _change) -> None:
        self.fault.value = ""
        self._draw()

    @property
    def solved(self) -> bool:
        """Whether the diagnosis is right."""
        return self.fault.value == self.patient.value

    def lines(self) -> list[str]:
        """What is said of the diagnosis."""
        if not self.fault.value:
            return [_("Compare the columns. What differs, and what does not?")]
        said = words.said(self.fault.value)
        if not self.solved:
            return [
                _("✗ Not this one. If it were so, you would see: {sign}").format(sign=said.sign)
            ]
        return [
            _("✓ Right. {sign}").format(sign=said.sign),
            _("Repair: {fix}").format(fix=said.fix),
            _("Its price: {cost}").format(cost=said.cost),
        ]

    def _table(self) -> tuple[list[str], list[list[str]], str]:
        one = patient(self.patient.value)
        return words.head(one, self.solved), words.rows(one, self.solved), words.caption()

    def _draw(self, _change=None) -> None:
        lines = self.lines()
        html = "".join(f"<p>{escape(line)}</p>" for line in lines)
        self.show(f'<div class="wide">{table_html(*self._table())}{html}</div>', " ".join(lines))

    def _still(self) -> Figure:
        return Figure(table_html(*self._table()), table_text(*self._table()))


def break_the_server(gate=None) -> BreakTheServer:
    """Show a server's dashboard with a fault to be found; closed while `gate` (the predictions) is locked."""
    return BreakTheServer(gate)
