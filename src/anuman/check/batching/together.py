"""A step for many users: the weights are read once for all, every KV cache once for its own user."""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task, changed
from ..words import N_


def throughput_and_tpot(
    batch: float,
    n: float,
    kv_per_seq: float,
    flops: float,
    bandwidth: float,
    bytes_per_weight: float,
) -> tuple[float, float]:
    """(tokens/s of all users, seconds between two tokens of one user)."""
    step = physics.decode_step(
        batch=batch,
        n=n,
        kv_per_seq=kv_per_seq,
        flops=flops,
        bandwidth=bandwidth,
        bytes_per_weight=bytes_per_weight,
    ).seconds
    return batch / step, step


def _machines() -> Iterator[Case]:
    """Machines in turn held up by the weights, by the caches, by the arithmetic."""
    draw = seeded("05-batching/throughput_and_tpot")
    at = 0
    while True:
        bandwidth = draw.uniform(0.2e12, 8e12)
        flops = draw.uniform(160, 600) * bandwidth
        n = draw.randint(2, 90) * 10**9
        size = draw.choice((0.5, 1, 2))
        kv = draw.randint(5, 900) * 10**6
        batch = draw.randint(2, 700)
        weights, caches = size * n / bandwidth, kv * batch / bandwidth
        compute = 2 * n * batch / flops
        wanted = (
            weights > 1.5 * caches and weights + caches > 1.3 * compute,
            caches > 1.5 * weights and weights + caches > 1.3 * compute,
            compute > 1.3 * (weights + caches) and caches > 0.3 * weights,
        )
        if wanted[at % 3] and 0.15 < caches / weights < 6:
            yield batch, n, kv, flops, bandwidth, size
            at += 1


CASES = (
    (1, 8e9, 0.25e9, 300e12, 1e12, 2),  # one user
    (64, 8e9, 0, 300e12, 1e12, 2),  # no caches
    *first(12, _machines()),
)


def _row(batch: float, seconds: float) -> tuple[float, float]:
    return batch / seconds, seconds


def _upside_down(pair: tuple[float, float]) -> tuple[float, float]:
    throughput, tpot = pair
    return 1 / throughput, tpot


THROUGHPUT_AND_TPOT = Task(
    id="05-batching/throughput_and_tpot",
    function=throughput_and_tpot,
    result=Result((number("throughput"), number("tpot"))),
    examples=(
        (10, 10e9, 0.5e9, 200e12, 1e12, 1),
        (10, 10e9, 0.5e9, 5e12, 1e12, 1),
    ),
    parts=(
        Part("tpot", 0.75, CASES, fields=("tpot",)),
        Part("throughput", 0.75, CASES, fields=("throughput",)),
    ),
    drill=Drill(
        draw=_machines,
        asks=N_(
            "A model has {n} weights of {bytes_per_weight} B, each of {batch} users a cache of "
            "{kv_per_seq} bytes. A chip computes {flops} FLOP/s and reads {bandwidth} bytes/s. How "
            "long does a user wait for each token?"
        ),
        worked=lambda batch, n, kv_per_seq, flops, bandwidth, bytes_per_weight: (
            f"max(2 · {n:g} · {batch:g} / {flops:g}, "
            f"({bytes_per_weight:g} · {n:g} + {batch:g} · {kv_per_seq:g}) / {bandwidth:g})"
        ),
        unit="s",
        field=1,
    ),
    misconceptions=(
        changed(
            lambda right: (1 / right[1], right[1]),
            "throughput is 1 / tpot",
            N_(
                "throughput is 1 / tpot: that is one user's. A step brings a token to every user of "
                "the batch."
            ),
        ),
        Misconception(
            "one cache for all",
            lambda batch, n, kv_per_seq, flops, bandwidth, bytes_per_weight: _row(
                batch,
                max(
                    2 * n * batch / flops,
                    (bytes_per_weight * n + kv_per_seq) / bandwidth,
                ),
            ),
            N_("The KV cache is read once for the whole batch: every user brings an own one."),
        ),
        Misconception(
            "caches forgotten",
            lambda batch, n, kv_per_seq, flops, bandwidth, bytes_per_weight: _row(
                batch,
                physics.decode_step(
                    n=n,
                    batch=batch,
                    flops=flops,
                    bandwidth=bandwidth,
                    bytes_per_weight=bytes_per_weight,
                ).seconds,
            ),
            N_("kv_per_seq is not used: a step also reads the KV cache of every user."),
        ),
        Misconception(
            "weights for every user",
            lambda batch, n, kv_per_seq, flops, bandwidth, bytes_per_weight: _row(
                batch,
                max(2 * n * batch / flops, batch * (bytes_per_weight * n + kv_per_seq) / bandwidth),
            ),
            N_("The weights are read once a step for all users together, not once for each."),
        ),
        Misconception(
            "sum of the clocks",
            lambda batch, n, kv_per_seq, flops, bandwidth, bytes_per_weight: _row(
                batch,
                2 * n * batch / flops + (bytes_per_weight * n + kv_per_seq * batch) / bandwidth,
            ),
            N_(
                "The two clocks are added: reading and arithmetic overlap, so the step takes the "
                "longer of the two times."
            ),
        ),
        Misconception(
            "memory alone",
            lambda batch, n, kv_per_seq, flops, bandwidth, bytes_per_weight: _row(
                batch, (bytes_per_weight * n + kv_per_seq * batch) / bandwidth
            ),
            N_(
                "The arithmetic is left out, or counted for one user only: it grows with the batch, "
                "and can be the longer of the two times."
            ),
        ),
        Misconception(
            "smaller of the clocks",
            lambda batch, n, kv_per_seq, flops, bandwidth, bytes_per_weight: _row(
                batch,
                min(2 * n * batch / flops, (bytes_per_weight * n + kv_per_seq * batch) / bandwidth),
            ),
            N_("The smaller of the two times: the step waits for the slower clock."),
        ),
        Misconception(
            "one FLOP a weight",
            lambda batch, n, kv_per_seq, flops, bandwidth, bytes_per_weight: _row(
                batch,
                max(n * batch / flops, (bytes_per_weight * n + kv_per_seq * batch) / bandwidth),
            ),
            N_("Each weight costs 2 FLOPs a user: one multiplication and one addition."),
        ),
        Misconception(
            "bytes of a weight left out",
            lambda batch, n, kv_per_seq, flops, bandwidth, bytes_per_weight: _row(
                batch, max(2 * n * batch / flops, (n + kv_per_seq * batch) / bandwidth)
            ),
            N_("bytes_per_weight is not used: the memory's clock counts bytes, not weights."),
        ),
        changed(
            _upside_down,
            "throughput upside down",
            N_("throughput is upside down: these are seconds a token, asked are tokens a second."),
        ),
        changed(
            lambda right: right[::-1],
            "swapped",
            N_("The two values are swapped: throughput comes first, then tpot."),
        ),
    ),
)
