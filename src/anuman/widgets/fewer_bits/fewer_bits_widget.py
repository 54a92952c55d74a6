"""The bundled model in 8, 4 and 2 bits a weight: the error of a block, the size, and what it costs."""

from functools import lru_cache
from statistics import fmean

from anuman.language import _

from ..kit.controls import Choice, choice, whole
from ..kit.explorer import Explorer
from ..kit.view import View
from .fewer_bits_charts import Block, Version, view

BITS = (8, 4, 2)
STORIES = 24  # held-out stories that the loss is the mean of
WRITTEN = 50  # tokens of the sample


@lru_cache(maxsize=1)
def _model():
    from anuman import lm

    return lm.load()


@lru_cache(maxsize=8)
def version(bits: int, spoken: str) -> Version:
    """The bundled model in `bits` (32: as it is), its loss and its text in a language."""
    from itertools import islice

    from anuman import lm
    from anuman.lm import stories

    model = _model()
    small = model if bits == 32 else lm.quantize_model(model, bits)
    fast = model if bits == 32 else lm.quantize_model(model, bits, keep=False)
    texts = islice(stories.stories((spoken,), 0, validation=True), STORIES)
    tokens = [model.tokenizer.encode(text)[: model.config.context] for text in texts]
    beginning = stories.BEGINNINGS[spoken]
    return Version(
        bits,
        small.nbytes,
        8 * small.nbytes / model.config.params,
        fmean(lm.loss(fast, text) for text in tokens),
        beginning + lm.generate(fast, beginning, WRITTEN),
    )


def versions(spoken: str) -> list[Version]:
    """The original and every smaller one."""
    return [version(bits, spoken) for bits in (32, *BITS)]


def matrices() -> dict[str, object]:
    """Name -> matrix [out, in] of the first and last block, by the names of the papers."""
    found = {}
    for place in (0, -1):
        layer = _model().layers[place]
        number = place % len(_model().layers) + 1
        found |= {
            f"{number}: Wq, Wk, Wv": layer.wqkv,
            f"{number}: Wo": layer.wo,
            f"{number}: W_gate, W_up": layer.w_gate_up,
            f"{number}: W_down": layer.w_down,
        }
    return found


class FewerBits(Explorer):
    """Bits, matrix and row; one block before and after, size, loss and text of the whole model.

    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        super().__init__()
        offered = [(_("{bits} bits").format(bits=b), b) for b in BITS]
        self.bits = Choice(_("Bits a weight"), offered, 4, segments=True)
        self.matrix = choice(_("Layer and matrix"), list(matrices()))
        self.row = whole(_("Row"), 1, 1, 1)
        self._limit_row()
        self.matrix.observe(self._limit_row, "value")
        self.open_with(gate, main=[self.bits, self.matrix], more=[self.row])

    @property
    def block(self) -> Block:
        """The chosen row's first block, before and after."""
        from anuman.lm import quantize
        from anuman.lm.quantization import BLOCK

        first = matrices()[self.matrix.value][self.row.value - 1, :BLOCK]
        small = quantize(first[None], self.bits.value)
        return Block(
            self.bits.value,
            self.matrix.value,
            self.row.value,
            tuple(map(float, first)),
            tuple(map(float, small.dequantized()[0])),
            float(small.scale[0, 0]),
        )

    def _limit_row(self, _change=None) -> None:
        self.row.high = len(matrices()[self.matrix.value])

    @property
    def state(self) -> tuple[list[Version], Block]:
        """All versions of the model, and the chosen block."""
        return versions(self.language), self.block

    def view(self, state, before) -> View:
        return view(*state)


def fewer_bits(gate=None) -> FewerBits:
    """Quantize the bundled model and see error, size and loss; closed while `gate` is locked."""
    return FewerBits(gate)
