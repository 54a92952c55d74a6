"""The central widget of lesson 04: how many requests' caches fit beside the weights?"""

from collections.abc import Sequence
from dataclasses import replace

from anuman import catalog
from anuman.language import _, number
from anuman.scenes.jar import FULL, MODELS, PAGED, RESERVED, Jar, first_jar, kept_heads, sites

from ..kit.controls import amount, choice
from ..kit.explorer import Explorer, Try
from ..kit.view import View
from ..kit.words import bytes_per_weight_options
from . import jar_drawing, jar_words

LONGEST = 2**20  # tokens
MOST = 4096  # requests


class MemoryJar(Explorer):
    """Chips, model, what each layer keeps, context and requests; the jar, cards and formula.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None, models: Sequence[str] = MODELS):
        start = first_jar()
        super().__init__()
        places = [(jar_words.site(count, name), (name, count)) for name, count in sites()]
        self.site = choice(_("Chips"), places, places[0][1])
        self.model = choice(_("Model"), list(models), start.model.name)
        self.weight_size = choice(_("Bytes per weight"), bytes_per_weight_options(), 2.0)
        self.kept = choice(_("Each layer keeps"), self._kept(start), start.kept)
        kv_sizes = [(_("2 (fp16)"), 2.0), (_("1 (8 bits)"), 1.0), (_("0.5 (4 bits)"), 0.5)]
        self.kv_size = choice(_("Bytes per kept number"), kv_sizes, start.kv_size)
        policies = [(words, name) for name, words in jar_words.policies().items()]
        self.policy = choice(_("Texts and room"), policies, start.policy)
        self.context = amount(_("Room of a request, in tokens"), start.context, 128, LONGEST)
        self.requests = amount(_("Requests at once"), start.requests, 1, MOST)
        self.model.observe(self._model_chosen, "value")
        for control in (self.site, self.weight_size, self.kept, self.kv_size, self.policy, self.context):  # fmt: skip
            control.observe(self._mark_full, "value")
        self._mark_full()
        self.on_drag("requests", self._filled, self.requests.step)
        self.on_drag("memory", self._rim_dragged, self._rim_stepped)
        tries = [
            Try(_("1 · more requests"), requests=12),
            Try(_("2 · half the room"), context=start.context // 2),
            Try(_("3 · every head kept"), kept=start.model.heads, context=start.context),
            Try(_("4 · shorter texts"), kept=start.kept, policy=RESERVED),
            Try(_("4 · in pages"), policy=PAGED),
            Try(
                _("5 · on Groq's chips"), site=places[5][1], model="Llama-2-70B", weight_size=1.0,
                context=4096, policy=FULL,
            ),
        ]  # fmt: skip
        self.open_with(
            gate,
            main=[self.site, self.requests],
            more=[self.model, self.weight_size, self.kept, self.kv_size, self.context, self.policy],
            tries=tries,
            unwatched=[self.model],
        )

    def _mark_full(self, _change=None) -> None:
        """The number of requests that just fit has a mark at the slider."""
        held = self.state.held if self.state.weights_fit else 0
        words = _("{count} fit").format(count=number(held))
        self.requests.ticks = ((held, words),) if 1 <= held <= MOST else ()

    def _filled(self, nbytes: float) -> None:
        j = self.state
        self.requests.value = (nbytes - j.weights) / (j.mean_slots * j.token)

    def _rim_dragged(self, nbytes: float) -> None:
        """Take the machine whose memory is nearest."""
        self.site.value = min(self._by_memory(), key=lambda s: abs(self._memory(s) - nbytes))

    def _rim_stepped(self, count: int) -> None:
        offered = self._by_memory()
        place = offered.index(self.site.value) + count
        self.site.value = offered[min(max(place, 0), len(offered) - 1)]

    def _by_memory(self) -> list[tuple[str, int]]:
        return sorted((value for _label, value in self.site.options), key=self._memory)

    @staticmethod
    def _memory(site: tuple[str, int]) -> float:
        name, count = site
        return count * catalog.chip(name).capacity

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

    def _model_chosen(self, change) -> None:
        with self.together():
            self.kept.options = self._kept(replace(self.state, kept=kept_heads(catalog.model(self.model.value))[0]))  # fmt: skip
            self.kept.value = self.kept.options[0][1]
        self.gesture(change["owner"])
        self.draw()

    def view(self, state: Jar, before: Jar | None) -> View:
        return jar_drawing.view(state, before)


def memory_jar(gate=None) -> MemoryJar:
    """Show the memory jar; stays closed while `gate` (the predictions) is locked."""
    return MemoryJar(gate)
