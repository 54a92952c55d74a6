"""How weights in fewer bits look: one block before and after, size against loss, what the model writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from anuman.language import _, ended, number, si

from ..kit.chart import Axis, Chart, round_up
from ..kit.figure import table_html
from ..kit.style import INK, KV_CACHE, MEASURED, RULE, WEIGHTS
from ..kit.svg import Picture
from ..kit.view import View
from ..kit.words import percent

WIDTH = 540.0


@dataclass(frozen=True)
class Version:
    """A model in `bits` a weight (32: the original): bytes, bits with scales, loss in nats a token, a text."""

    bits: int
    nbytes: int
    bits_with_scales: float
    loss: float
    text: str


@dataclass(frozen=True)
class Block:
    """32 neighbouring weights: as they are, as `bits` keep them, and the scale between two steps."""

    bits: int
    matrix: str
    row: int
    weights: tuple[float, ...]
    rounded: tuple[float, ...]
    scale: float

    @property
    def errors(self) -> list[float]:
        return [abs(a - b) for a, b in zip(self.weights, self.rounded, strict=True)]


def block_picture(block: Block) -> Picture:
    """Each weight, the steps that the bits allow, and where it lands."""
    most = 1.15 * max(max(map(abs, (*block.weights, *block.rounded))), 1e-9)
    count, tick = len(block.weights), round_up(most / 5)
    chart = Chart(
        Axis(-1, count, _("place in the block"), format=lambda x: number(round(x) + 1), marks=(0, 7, 15, 23, 31)),
        Axis(-most, most, _("weight"), marks=tuple(i * tick for i in range(-2, 3))),
        _("32 weights that share one scale"),
        WIDTH,
        300,
    )  # fmt: skip
    kept = _("what {bits} bits keep").format(bits=number(block.bits))
    chart.legend([("circle", WEIGHTS, _("the weight")), ("square", KV_CACHE, kept)])
    steps = 2 ** (block.bits - 1) - 1
    if steps < 16 and block.scale:
        for level in range(-steps, steps + 1):
            chart.line([(-1, level * block.scale), (count, level * block.scale)], RULE, "2 3", 1)
    chart.line([(-1, 0), (count, 0)], INK, width=1)
    for place, (weight, rounded) in enumerate(zip(block.weights, block.rounded, strict=True)):
        chart.line([(place, weight), (place, rounded)], KV_CACHE, width=2, key=f"move{place}")
        chart.point(place, rounded, KV_CACHE, "square", 3.5, number(rounded), f"kept{place}")
        chart.point(place, weight, WEIGHTS, "circle", 3.5, number(weight), f"weight{place}")
    return chart.picture(block_words(block))


def block_words(block: Block) -> str:
    """The block in words."""
    return _(
        "{bits} bits: steps of {scale}; the largest error is {error}, half a step is {half}."
    ).format(
        bits=number(block.bits), scale=number(block.scale),
        error=number(max(block.errors)), half=number(block.scale / 2),
    )  # fmt: skip


def losses(versions: Sequence[Version], bits: int) -> Picture:
    """Loss by size, the chosen one marked."""
    chart = Chart(
        Axis(1.9, 45, _("bits a weight, scales included"), log=True, marks=tuple(v.bits_with_scales for v in versions)),
        Axis(0, 1.2 * max(v.loss for v in versions), _("loss on stories it never saw, nats a token")),
        _("What the whole model loses by it"),
        WIDTH,
        300,
    )  # fmt: skip
    chart.line([(v.bits_with_scales, v.loss) for v in versions], MEASURED)
    for v in versions:
        chosen = v.bits == bits
        chart.point(v.bits_with_scales, v.loss, WEIGHTS if chosen else MEASURED, "diamond" if chosen else "circle", 7 if chosen else 5, number(v.loss))  # fmt: skip
        chart.label(v.bits_with_scales, v.loss, number(v.loss), "above", 11, "strong" if chosen else "")  # fmt: skip
    return chart.picture(
        "; ".join(
            _("{bits} bits: loss {loss}, {size}").format(
                bits=number(v.bits), loss=number(v.loss), size=si(v.nbytes, "B")
            )
            for v in versions
        )
    )


def facts(versions: Sequence[Version], block: Block) -> list[tuple[str, str, str]]:
    """Size, loss, error."""
    whole = versions[0]
    chosen = next(v for v in versions if v.bits == block.bits)
    return [
        (
            _("Size of the model"),
            si(chosen.nbytes, "B"),
            _("{ratio} × smaller than fp32, {bits} bits a weight").format(
                ratio=number(whole.nbytes / chosen.nbytes), bits=number(chosen.bits_with_scales)
            ),
        ),
        (
            _("Loss on stories it never saw"),
            number(chosen.loss),
            _("fp32: {loss}; {change} against it").format(
                loss=number(whole.loss), change=_signed_percent(chosen.loss / whole.loss - 1)
            ),
        ),
        (
            _("Largest error in this block"),
            number(max(block.errors)),
            _("{share} of the largest weight; never above half a step").format(
                share=percent(max(block.errors) / max(max(map(abs, block.weights)), 1e-30))
            ),
        ),
    ]


def _signed_percent(change: float) -> str:
    return ("+" if change >= 0 else "−") + number(100 * abs(change), 2) + " %"


def table(versions: Sequence[Version], block: Block) -> str:
    """All versions, then the block's weights."""
    rows = [
        [
            number(v.bits), number(v.bits_with_scales), si(v.nbytes, "B"),
            number(versions[0].nbytes / v.nbytes), number(v.loss), v.text,
        ]
        for v in versions
    ]  # fmt: skip
    head = [
        _("bits"), _("with scales"), _("size"), _("times smaller"), _("loss"), _("what it writes"),
    ]  # fmt: skip
    numbers = [
        [number(i), number(a), number(b), number(c)]
        for i, (a, b, c) in enumerate(
            zip(block.weights, block.rounded, block.errors, strict=True), 1
        )
    ]
    caption = _("Matrix {matrix}, row {row}: the first block").format(
        matrix=block.matrix, row=number(block.row)
    )
    return table_html(head, rows) + table_html(
        [_("place"), _("weight"), _("kept"), _("error")], numbers, caption
    )


def view(versions: Sequence[Version], block: Block) -> View:
    """Everything that is shown of one choice of bits and block."""
    chosen = next(v for v in versions if v.bits == block.bits)
    cards = facts(versions, block)
    return View(
        title=_("Weights in fewer bits"),
        words=" ".join([block_words(block), *(ended(f"{a}: {b} ({n})") for a, b, n in cards)]),
        pictures=[block_picture(block), losses(versions, block.bits)],
        cards=cards,
        below=f"<h3 class='minor'>{escape(_('What it writes'))}</h3><p class='written'>{escape(chosen.text)}</p>",
        told=[chosen.text],
        twin=table(versions, block),
    )
