"""The central widget of lesson 03: one request on the chips of the news, side by side."""

from anuman.language import _, si
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

from ..kit.doubling import doubling
from ..kit.gate import Gated, choice, decimal
from ..two_clocks.clocks_widget import bytes_per_weight_options
from . import timeline_bars

SECOND, TENTH = 1.0, 0.1
LONGEST_PROMPT, LONGEST_ANSWER = 2**17, 2**15  # tokens
LEAST_S, MOST_S = 0.01, 3600.0


class Timeline(Gated):
    """Model, weight size, prompt, answer and limit; a bar of time for each machine.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        start = first_request()
        super().__init__(lambda: timeline_bars.still(*self.state))
        self.model = choice(_("Model"), MODELS)
        self.weight_size = choice(
            _("Bytes per weight"), bytes_per_weight_options(), start.weight_size
        )
        self.prompt, prompt_slider = doubling(
            _("Tokens of the prompt"), _("Prompt, doubling"), start.prompt, 1, LONGEST_PROMPT
        )
        self.answer, answer_slider = doubling(
            _("Tokens of the answer"), _("Answer, doubling"), start.answer, 1, LONGEST_ANSWER
        )
        self.wanted = decimal(_("Wanted within, s"), start.wanted_s, LEAST_S, MOST_S, 0.5)
        self.site = choice(
            _("Cards and formula for"), [(s.name, i) for i, s in enumerate(sites())], CHOSEN
        )
        windows = [
            (_("the whole answer"), WHOLE),
            *((_("the first {time}").format(time=si(w, "s")), w) for w in (SECOND, TENTH)),
        ]
        self.window = choice(_("Show"), windows, WHOLE)
        self.open_with(
            gate,
            [
                [self.model, self.weight_size, self.wanted],
                [self.prompt, prompt_slider],
                [self.answer, answer_slider],
                [self.site, self.window],
            ],
            (self.model, self.weight_size, self.prompt, self.answer, self.wanted, self.site,
             self.window),
        )  # fmt: skip

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

    def html(self, table: bool) -> str:
        """What stands below the controls now."""
        made = timeline_bars.html(*self.state)
        return made + timeline_bars.table(self.state[0]) if table else made


def timeline(gate=None) -> Timeline:
    """Show one request on several machines; stays closed while `gate` (the predictions) is locked."""
    return Timeline(gate)
