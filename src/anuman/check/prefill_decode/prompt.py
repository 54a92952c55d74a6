"""Time to first token: all prompt tokens in one step, which waits for the slower of two clocks."""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task
from ..words import N_


def _prompts(low: float, high: float) -> Iterator[Case]:
    """Prompts whose length is between low and high times the one at which both clocks agree."""
    draw = seeded(f"03-prefill-decode/ttft {low}")
    while True:
        n = round(draw.uniform(1e9, 400e9))
        bandwidth = draw.uniform(0.2e12, 8e12)
        flops = draw.uniform(160, 900) * bandwidth
        size = draw.choice((1, 2))
        mfu, mbu = round(draw.uniform(0.3, 0.55), 2), round(draw.uniform(0.65, 0.9), 2)
        edge = physics.critical_batch(flops, bandwidth, size, mfu, mbu)
        # Far enough from the plain ridge that leaving out mfu and mbu never happens to be right.
        yield round(draw.uniform(low, high) * edge), n, flops, bandwidth, size, mfu, mbu


LONG = N_("long prompts (the arithmetic is slower)")
SHORT = N_("short prompts (reading the weights is slower)")

TTFT = Task(
    id="03-prefill-decode/ttft",
    function=lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: (
        physics.decode_step(
            n=n,
            batch=prompt_tokens,
            flops=flops,
            bandwidth=bandwidth,
            bytes_per_weight=bytes_per_weight,
            mfu=mfu,
            mbu=mbu,
        ).seconds
    ),
    result=Result((number("seconds"),)),
    examples=(
        (1000, 10e9, 100e12, 1e12, 2, 0.5, 0.8),
        (10, 10e9, 100e12, 1e12, 2, 0.5, 0.8),
    ),
    parts=(
        Part(LONG, 0.5, ((2000, 7e9, 300e12, 1e12, 2, 0.5, 0.75), *first(6, _prompts(4, 40)))),
        Part(SHORT, 0.5, ((1, 7e9, 300e12, 1e12, 2, 0.5, 0.75), *first(6, _prompts(0.05, 0.6)))),
    ),
    drill=Drill(
        draw=lambda: _prompts(0.1, 6),
        asks=N_(
            "A model has {n} weights of {bytes_per_weight} B. A chip computes {flops} FLOP/s and "
            "reads {bandwidth} bytes/s; a program reaches {mfu} and {mbu} of that. When does the first "
            "token of the answer to a prompt of {prompt_tokens} tokens come?"
        ),
        worked=lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: (
            f"max(2 · {n:g} · {prompt_tokens:g} / ({flops:g} · {mfu:g}), "
            f"{bytes_per_weight:g} · {n:g} / ({bandwidth:g} · {mbu:g}))"
        ),
        unit="s",
    ),
    misconceptions=(
        Misconception(
            "sum instead of the larger",
            lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: (
                2 * n * prompt_tokens / (flops * mfu) + n * bytes_per_weight / (bandwidth * mbu)
            ),
            N_(
                "The two times are added: reading and computing overlap fully here, so the prompt "
                "takes the larger of the two."
            ),
        ),
        Misconception(
            "peak rates",
            lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: max(
                2 * n * prompt_tokens / flops, n * bytes_per_weight / bandwidth
            ),
            N_(
                "Computed at the peaks: the chip reaches only the share mfu of its FLOP/s and the "
                "share mbu of its bandwidth."
            ),
        ),
        Misconception(
            "shares swapped",
            lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: max(
                2 * n * prompt_tokens / (flops * mbu), n * bytes_per_weight / (bandwidth * mfu)
            ),
            N_("mfu and mbu are swapped: mfu belongs to the FLOP/s, mbu to the bandwidth."),
        ),
        Misconception(
            "time times the share",
            lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: max(
                2 * n * prompt_tokens / flops * mfu, n * bytes_per_weight / bandwidth * mbu
            ),
            N_(
                "The times are multiplied by mfu and mbu, so they come out shorter than at the "
                "peaks: it is the rates that shrink, and the times grow."
            ),
        ),
        Misconception(
            "weights read for every token",
            lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: max(
                2 * n * prompt_tokens / (flops * mfu),
                n * prompt_tokens * bytes_per_weight / (bandwidth * mbu),
            ),
            N_(
                "The weights are read once for every prompt token: all tokens of a prompt are "
                "known, so one reading serves them all."
            ),
        ),
        Misconception(
            "arithmetic alone",
            lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: (
                2 * n * prompt_tokens / (flops * mfu)
            ),
            N_(
                "Only the arithmetic counts: for a short prompt it is done before all weights have "
                "been read even once."
            ),
        ),
        Misconception(
            "memory alone",
            lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: (
                n * bytes_per_weight / (bandwidth * mbu)
            ),
            N_(
                "The time is the same for every prompt: only the reading of the weights counts. The "
                "arithmetic grows with the prompt."
            ),
        ),
        Misconception(
            "one FLOP a weight",
            lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: max(
                n * prompt_tokens / (flops * mfu), n * bytes_per_weight / (bandwidth * mbu)
            ),
            N_(
                "The compute time is half of what it should be: each weight costs 2 FLOPs a token, "
                "one multiplication and one addition."
            ),
        ),
        Misconception(
            "smaller instead of larger",
            lambda prompt_tokens, n, flops, bandwidth, bytes_per_weight, mfu, mbu: min(
                2 * n * prompt_tokens / (flops * mfu), n * bytes_per_weight / (bandwidth * mbu)
            ),
            N_("The smaller of the two times: the first token waits for the slower clock."),
        ),
    ),
)
