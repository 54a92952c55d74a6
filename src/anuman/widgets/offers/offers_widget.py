"""The central widget of lesson 09: what is the cheapest way to answer within the promised time?"""

from anuman.language import _
from anuman.scenes.offers import CHIPS, HURRY_S, MODELS, PATIENCE_S, Market, listed_rent

from ..kit.controls import Choice, amount, choice, decimal, evenly
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from . import offers_chart


class Offers(Explorer):
    """Promise and utilisation; model, lengths, cache, one chip's rent and the currency behind them.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        super().__init__()
        first = Market()
        self.promise = amount(
            _("Promised time of an answer"), first.promise_s, offers_chart.QUICKEST,
            offers_chart.SLOWEST, whole=False, unit="s",
        )  # fmt: skip
        self.utilisation = evenly(
            _("Utilisation (share of the paid time that is worked)"),
            first.utilisation,
            0.05,
            1,
            0.05,
        )
        self.money = Choice(
            _("Currency"), [(_("US dollars"), False), (_("rupees"), True)], False, segments=True
        )
        self.model = choice(_("Model"), MODELS, first.model)
        self.input = amount(_("Tokens of a prompt"), first.input, 16, 32_768)
        self.output = amount(_("Tokens of an answer"), first.output, 16, 8192)
        self.cached = evenly(_("Share of the prompt found in the cache"), 0.0, 0, 0.95, 0.05)
        self.chip = choice(_("Chip whose rent you set"), CHIPS)
        self.rent = decimal(_("Rent of one such chip, USD an hour"), self._listed(), 0.01, 100)
        self.chip.observe(lambda _change: setattr(self.rent, "value", self._listed()), "value")
        self.on_drag("promise", self._dragged, self.promise.step)
        plain = {"input": first.input, "output": first.output, "cached": 0.0, "chip": CHIPS[0]}
        plain |= {"rent": listed_rent(CHIPS[0]), "model": first.model, "money": False}
        tries = [
            Try(_("1 · patience"), **plain, promise=PATIENCE_S, utilisation=0.5),
            Try(_("2 · a coder in a hurry"), **plain, promise=HURRY_S, utilisation=0.5),
            Try(_("3 · an idle night"), **plain, promise=first.promise_s, utilisation=0.05),
            Try(_("4 · H100 at half the rent"), **(plain | {"rent": listed_rent(CHIPS[0]) / 2}),
                promise=first.promise_s, utilisation=0.5),
            Try(_("5 · long prompts"), **(plain | {"input": 16_384}), promise=40, utilisation=0.5),
            Try(_("6 · the same, cached"), **(plain | {"input": 16_384, "cached": 0.9}), promise=40,
                utilisation=0.5),
            Try(_("7 · in rupees"), **(plain | {"money": True}), promise=first.promise_s, utilisation=0.5),
        ]  # fmt: skip
        self.open_with(
            gate,
            main=[self.promise, self.utilisation],
            more=[
                self.money, self.model, self.input, self.output, self.cached, self.chip, self.rent,
            ],
            tries=tries,
        )  # fmt: skip

    def _listed(self) -> float:
        return round(listed_rent(self.chip.value), 2)

    def _dragged(self, seconds: float) -> None:
        self.promise.value = seconds

    @property
    def state(self) -> Market:
        """The market at the present setting."""
        own = None if self.rent.value == self._listed() else self.rent.value
        return Market(
            model=self.model.value, input=self.input.value, output=self.output.value,
            cached=self.cached.value, utilisation=self.utilisation.value,
            promise_s=self.promise.value, chip=self.chip.value, usd_per_hour=own,
            rupees=self.money.value,
        )  # fmt: skip

    def view(self, state: Market, before: Market | None) -> View:
        return offers_chart.view(state, before)


def offers(gate=None) -> Offers:
    """Show what tokens cost at every promised time; closed while `gate` (the predictions) is locked."""
    return Offers(gate)
