"""Bits a weight, its share of the scale included, and which published format that is."""

from collections.abc import Iterator

from ..draws import first, seeded
from ..labels import label
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, changed
from ..words import N_

# (weights a block, bits, bits of its scale) -> name. Sources: Open Compute Project, "Microscaling Formats
# (MX) Specification", 2023; NVIDIA, "Introducing NVFP4", 2025; ggml's block formats.
FORMATS = {
    (32, 4, 8): "mxfp4",
    (16, 4, 8): "nvfp4",
    (32, 4, 16): "q4_0",
    (32, 8, 16): "q8_0",
}


def _named(bits: float, weights_per_block: int, *widths: int) -> tuple[float, str]:
    return bits, FORMATS.get((weights_per_block, *widths), "other")


def block_bits(weights_per_block: int, bits: int, scale_bits: int) -> tuple[float, str]:
    """(bits a weight, name of the published format or "other")."""
    return _named(bits + scale_bits / weights_per_block, weights_per_block, bits, scale_bits)


def _blocks() -> Iterator[Case]:
    draw = seeded("07-fewer-bytes/block_bits")
    while True:
        case = draw.choice((16, 64, 128)), draw.choice((2, 3, 4, 6, 8)), draw.choice((8, 16, 32))
        if case not in FORMATS and case not in EXAMPLES:
            yield case


EXAMPLES = ((32, 4, 8), (128, 4, 16))
CASES = (*(case for case in FORMATS if case not in EXAMPLES), *first(6, _blocks()))

BLOCK_BITS = Task(
    id="07-fewer-bytes/block_bits",
    function=block_bits,
    result=Result((number("bits"), label("format", *FORMATS.values(), "other"))),
    examples=EXAMPLES,
    parts=(
        Part("bits", 0.5, CASES, fields=("bits",)),
        Part("format", 0.5, CASES, fields=("format",), needs=("bits",)),
    ),
    misconceptions=(
        Misconception(
            "scale forgotten",
            lambda weights_per_block, bits, scale_bits: _named(
                bits, weights_per_block, bits, scale_bits
            ),
            N_("The scale is forgotten: its bits are stored, too, once a block."),
        ),
        Misconception(
            "whole scale for every weight",
            lambda weights_per_block, bits, scale_bits: _named(
                bits + scale_bits, weights_per_block, bits, scale_bits
            ),
            N_("Each weight carries the whole scale: all weights of a block share one."),
        ),
        Misconception(
            "bits of the block",
            lambda weights_per_block, bits, scale_bits: _named(
                bits * weights_per_block + scale_bits, weights_per_block, bits, scale_bits
            ),
            N_("These are the bits of the whole block: divide by its weights."),
        ),
        Misconception(
            "scale in bytes",
            lambda weights_per_block, bits, scale_bits: _named(
                bits + scale_bits / 8 / weights_per_block, weights_per_block, bits, scale_bits
            ),
            N_("The scale counts in bytes and the weights in bits: take bits for both."),
        ),
        changed(
            lambda right: (
                right[0],
                {4.25: "mxfp4", 4.5: "nvfp4", 8.5: "q8_0"}.get(right[0], "other"),
            ),
            "format by its bits a weight",
            N_(
                "Two formats need equally many bits a weight and differ all the same: compare block, "
                "bits and scale."
            ),
        ),
    ),
)
