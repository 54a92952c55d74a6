"""The central widget of lesson 03: one request on the chips of the news, side by side."""

from anuman import catalog
from anuman.language import _, si
from anuman.scenes.timeline import Request, Ride, Site

from ..kit.doubling import doubling
from ..kit.gate import Gated, choice, decimal
from ..two_clocks.clocks_widget import bytes_per_weight_options
from . import timeline_bars

MODELS = ("Llama-3.1-70B", "Llama-3.1-8B", "Qwen3-32B", "Llama-2-70B", "Llama-3.1-405B")
WHOLE, SECOND, TENTH = 0.0, 1.0, 0.1  # seconds that the picture shows; 0: all
LONGEST_PROMPT, LONGEST_ANSWER = 2**17, 2**15  # tokens
LEAST_S, MOST_S = 0.01, 3600.0
CHOSEN = 1  # the site whose cards are shown at first


def sites() -> tuple[Site, ...]:
    """The machines; as many LPUs as their public demonstration had."""
    lpus = int(catalog.chip("Groq-LPU1").quantity("scaleup").value)
    return (
        Site("H100-SXM"), Site("H100-SXM", tp=8), Site("TPUv6e", tp=8),
        Site("Groq-LPU1", pp=lpus), Site("WSE-3", pp=4),
    )  # fmt: skip


def first_request() -> Request:
    """The setting that the widget opens with: the answer of claims S3.1 and S3.11."""
    figures = catalog.claim("S3.1").figures
    return Request(MODELS[0], 1.0, 2**11, int(figures["answer"].value), figures["allowed"].value)


def rides(request: Request) -> tuple[Ride, ...]:
    """The request on every machine."""
    return tuple(Ride(site, request) for site in sites())


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
            self.model.value, self.weight_size.value, self.prompt.value, self.answer.value,
            self.wanted.value,
        )  # fmt: skip
        return rides(request), self.site.value, self.window.value

    def html(self, table: bool) -> str:
        """What stands below the controls now."""
        made = timeline_bars.html(*self.state)
        return made + timeline_bars.table(self.state[0]) if table else made


def timeline(gate=None) -> Timeline:
    """Show one request on several machines; stays closed while `gate` (the predictions) is locked."""
    return Timeline(gate)
