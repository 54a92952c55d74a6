"""The central widget of lesson 04: how many requests' caches fit beside the weights?"""

from collections.abc import Sequence

from anuman import catalog
from anuman.language import _
from anuman.scenes.jar import MODELS, Jar, first_jar, kept_heads, sites

from ..kit.doubling import doubling
from ..kit.gate import Gated, choice
from ..two_clocks.clocks_widget import bytes_per_weight_options
from . import jar_drawing, jar_words

LONGEST = 2**20  # tokens
MOST = 4096  # requests


class MemoryJar(Gated):
    """Chips, model, what each layer keeps, context and requests; the jar, cards and formula.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None, models: Sequence[str] = MODELS):
        start = first_jar()
        super().__init__(lambda: jar_drawing.still(self.state))
        places = [(jar_words.site(count, name), (name, count)) for name, count in sites()]
        self.site = choice(_("Chips"), places, places[0][1])
        self.model = choice(_("Model"), list(models), start.model.name)
        self.weight_size = choice(_("Bytes per weight"), bytes_per_weight_options(), 2.0)
        self.kept = choice(_("Each layer keeps"), self._kept(start), start.kept, 340)
        kv_sizes = [(_("2 (fp16)"), 2.0), (_("1 (8 bits)"), 1.0), (_("0.5 (4 bits)"), 0.5)]
        self.kv_size = choice(_("Bytes per kept number"), kv_sizes, start.kv_size)
        policies = [(words, name) for name, words in jar_words.policies().items()]
        self.policy = choice(_("Texts and room"), policies, start.policy, 340)
        self.context, context_slider = doubling(
            _("Room of a request, in tokens"), _("Room, doubling"), start.context, 128, LONGEST
        )
        self.requests, requests_slider = doubling(
            _("Requests at once"), _("Requests, doubling"), start.requests, 1, MOST
        )
        self.model.observe(self._model_chosen, "value")
        self.open_with(
            gate,
            [
                [self.site, self.model, self.weight_size],
                [self.kept, self.policy],
                [self.kv_size, self.context, context_slider],
                [self.requests, requests_slider],
            ],
            (self.site, self.weight_size, self.kept, self.kv_size, self.policy, self.context,
             self.requests),
        )  # fmt: skip

    @staticmethod
    def _kept(jar: Jar) -> list[tuple[str, int]]:
        return [(jar_words.keeping(jar, kept), kept) for kept in kept_heads(jar.model)]

    @property
    def state(self) -> Jar:
        """What lies in the jar at the present setting."""
        chip, chips = self.site.value
        return Jar(
            chip=chip,
            chips=chips,
            model=catalog.model(self.model.value),
            weight_size=self.weight_size.value,
            kept=self.kept.value,
            kv_size=self.kv_size.value,
            context=self.context.value,
            requests=self.requests.value,
            policy=self.policy.value,
        )

    def _model_chosen(self, _change) -> None:
        with self.kept.hold_trait_notifications():
            self.kept.options = self._kept(self.state)
            self.kept.index = 0
        self.draw()

    def html(self, table: bool) -> str:
        """What stands below the controls now."""
        state = self.state
        return jar_drawing.html(state) + (jar_drawing.table(state) if table else "")


def memory_jar(gate=None) -> MemoryJar:
    """Show the memory jar; stays closed while `gate` (the predictions) is locked."""
    return MemoryJar(gate)
