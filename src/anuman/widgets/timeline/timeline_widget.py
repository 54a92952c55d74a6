"""The central widget of lesson 03: one request on the chips of the news, side by side."""

from anuman.language import _, number
from anuman.scenes.timeline import (
    CHOSEN,
    MODELS,
    WHOLE,
    Request,
    Ride,
    first_request,
    rides,
    sites,
)

from ..kit.controls import amount, choice
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from ..kit.words import bytes_per_weight_options
from . import timeline_bars

SECOND, TENTH = 1.0, 0.1
LONGEST_PROMPT, LONGEST_ANSWER = 2**17, 2**15  # tokens
LEAST_S, MOST_S = 0.01, 3600.0


class Timeline(Explorer):
    """Model, weight size, prompt, answer and limit; a bar of time for each machine.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        start = first_request()
        super().__init__()
        self.model = choice(_("Model"), MODELS)
        self.weight_size = choice(
            _("Bytes per weight"), bytes_per_weight_options(), start.weight_size
        )
        self.prompt = amount(_("Tokens of the prompt"), start.prompt, 1, LONGEST_PROMPT)
        self.answer = amount(_("Tokens of the answer"), start.answer, 1, LONGEST_ANSWER)
        self.wanted = amount(
            _("Wanted within, s"), start.wanted_s, LEAST_S, MOST_S, whole=False,
            ticks={start.wanted_s: _("the article")},
        )  # fmt: skip
        self.site = choice(
            _("Cards and formula for"), [(s.name, i) for i, s in enumerate(sites())], CHOSEN
        )
        windows = [
            (_("the whole answer"), WHOLE),
            *((_("the first {time} s").format(time=number(w)), w) for w in (SECOND, TENTH)),
        ]
        self.window = choice(_("Show"), windows, WHOLE)
        self.on_drag("wanted", self._wanted_dragged, self.wanted.step)
        tries = [
            Try(_("1 · the first 0.1 s"), window=TENTH),
            Try(_("2 · read much, write little"), prompt=LONGEST_PROMPT, answer=10, window=WHOLE),
            Try(_("3 · the longest answer in time"), prompt=start.prompt, answer=start.answer),
            Try(_("4 · two bytes"), weight_size=2.0),
            Try(_("5 · the smallest model"), model="Llama-3.1-8B"),
        ]
        self.open_with(
            gate,
            main=[self.prompt, self.answer],
            more=[self.model, self.weight_size, self.wanted, self.site, self.window],
            tries=tries,
        )

    def _wanted_dragged(self, seconds: float) -> None:
        self.wanted.value = float(f"{max(seconds, LEAST_S):.2g}")

    @property
    def state(self) -> tuple[tuple[Ride, ...], int, float]:
        """The rides, the chosen one and the seconds shown."""
        request = Request(
            model=self.model.value,
            weight_size=self.weight_size.value,
            prompt=self.prompt.value,
            answer=self.answer.value,
            wanted_s=self.wanted.value,
        )
        return rides(request), self.site.value, self.window.value

    def view(self, state, before) -> View:
        return timeline_bars.view(*state, before[0] if before else None)


def timeline(gate=None) -> Timeline:
    """Show one request on several machines; stays closed while `gate` (the predictions) is locked."""
    return Timeline(gate)
