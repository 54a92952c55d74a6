"""Many chips, one token: how many it takes, how long they take, and what the token costs in joules."""

from collections.abc import Iterator
from math import ceil, floor

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task
from ..words import N_


def chips_needed(weight_bytes: float, kv_bytes: float, memory_per_chip: float) -> int:
    """The fewest chips whose memory together holds weights and caches."""
    return ceil((weight_bytes + kv_bytes) / memory_per_chip)


def _memories() -> Iterator[Case]:
    """Few chips, so that one more or less shows; the caches and the rounding each matter."""
    draw = seeded("08-chips/chips_needed")
    while True:
        memory = draw.choice((48, 80, 141, 192)) * 10**9
        weights = draw.randint(20, 900) * 10**9
        kv = draw.randint(5, 400) * 10**9
        needed = (weights + kv) / memory
        if needed < 25 and 0.1 < needed % 1 < 0.9 and ceil(weights / memory) < ceil(needed):
            yield weights, kv, memory


NEEDED = (
    (160e9, 0, 80e9),  # just fits
    (150e9, 10e9, 80e9),
    (10e9, 5e9, 80e9),
    *first(7, _memories()),
)

CHIPS_NEEDED = Task(
    id="08-chips/chips_needed",
    function=chips_needed,
    result=Result((number("chips"),)),
    examples=((140e9, 30e9, 80e9), (140e9, 20e9, 80e9)),
    parts=(Part(N_("all cases"), 0.5, NEEDED),),
    misconceptions=(
        Misconception(
            "rounded down",
            lambda weight_bytes, kv_bytes, memory_per_chip: floor(
                (weight_bytes + kv_bytes) / memory_per_chip
            ),
            N_("Rounded down: what does not fit any more needs a chip of its own."),
        ),
        Misconception(
            "rounded to the nearest",
            lambda weight_bytes, kv_bytes, memory_per_chip: round(
                (weight_bytes + kv_bytes) / memory_per_chip
            ),
            N_("Rounded to the nearest: a part of a chip cannot be had, so round up."),
        ),
        Misconception(
            "not whole",
            lambda weight_bytes, kv_bytes, memory_per_chip: (
                (weight_bytes + kv_bytes) / memory_per_chip
            ),
            N_("That is no whole number: a part of a chip cannot be had, so round up."),
        ),
        Misconception(
            "one too many",
            lambda weight_bytes, kv_bytes, memory_per_chip: (
                floor((weight_bytes + kv_bytes) / memory_per_chip) + 1
            ),
            N_("One chip too many where the memory is just enough: round up, and add nothing."),
        ),
        Misconception(
            "no caches",
            lambda weight_bytes, kv_bytes, memory_per_chip: ceil(weight_bytes / memory_per_chip),
            N_("kv_bytes is not used: the caches lie in the same memory."),
        ),
        Misconception(
            "rounded apart",
            lambda weight_bytes, kv_bytes, memory_per_chip: (
                ceil(weight_bytes / memory_per_chip) + ceil(kv_bytes / memory_per_chip)
            ),
            N_("Weights and caches are rounded up apart: they may share a chip."),
        ),
    ),
)


def decode_time(
    weight_bytes: float, n_chips: int, bandwidth: float, hop_seconds: float, n_hops: int, split: str
) -> float:
    """Seconds a token of one user: "pipeline" reads the parts in turn, "tensor" all at once; hops on top."""
    at_once = n_chips if split == "tensor" else 1
    return weight_bytes / (at_once * bandwidth) + n_hops * hop_seconds


def _fleets(split: str) -> Iterator[Case]:
    """Hops take from a tenth to twice the time of the reading."""
    draw = seeded(f"08-chips/decode_time {split}")
    while True:
        chips = draw.randint(2, 16) if split == "tensor" else draw.randint(2, 400)
        bandwidth = draw.uniform(1e12, 80e12)
        weights = draw.randint(8, 400) * 10**9
        hops = (
            2 * draw.choice((32, 64, 80)) if split == "tensor" else chips + draw.randint(0, chips)
        )
        reading = decode_time(weights, chips, bandwidth, 0, 0, split)
        yield (
            weights, chips, bandwidth, float(f"{reading * draw.uniform(0.1, 2) / hops:.3g}"), hops,
            split,
        )  # fmt: skip


PIPELINE = first(5, _fleets("pipeline"))
TENSOR = first(5, _fleets("tensor"))

DECODE_TIME = Task(
    id="08-chips/decode_time",
    function=decode_time,
    result=Result((number("seconds"),)),
    examples=(
        (100e9, 4, 1e12, 0.001, 3, "pipeline"),
        (100e9, 4, 1e12, 0.001, 10, "tensor"),
    ),
    parts=(Part("pipeline", 0.5, PIPELINE), Part("tensor", 0.5, TENSOR)),
    misconceptions=(
        Misconception(
            "no hops",
            lambda weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, split: decode_time(
                weight_bytes, n_chips, bandwidth, 0, 0, split
            ),
            N_("The hops are left out: between its parts a token travels from chip to chip."),
        ),
        Misconception(
            "one hop",
            lambda weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, split: decode_time(
                weight_bytes, n_chips, bandwidth, hop_seconds, 1, split
            ),
            N_("One hop is counted: there are n_hops of them for each token."),
        ),
        Misconception(
            "all chips read at once",
            lambda weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, split: decode_time(
                weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, "tensor"
            ),
            N_(
                "In a pipeline the bandwidths do not add up for one user: while one chip reads its "
                "layers, the others wait for the token (or serve somebody else)."
            ),
        ),
        Misconception(
            "chips take turns",
            lambda weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, split: decode_time(
                weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, "pipeline"
            ),
            N_(
                "With tensor parallelism all chips read their share of each layer at the same time."
            ),
        ),
        Misconception(
            "split the wrong way round",
            lambda weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, split: decode_time(
                weight_bytes,
                n_chips,
                bandwidth,
                hop_seconds,
                n_hops,
                "pipeline" if split == "tensor" else "tensor",
            ),
            N_("The two ways of splitting are exchanged."),
        ),
        Misconception(
            "larger of reading and hops",
            lambda weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, split: max(
                decode_time(weight_bytes, n_chips, bandwidth, 0, 0, split), n_hops * hop_seconds
            ),
            N_("Reading and hops do not overlap here: each waits for the other, so they add up."),
        ),
        Misconception(
            "one hop less than chips",
            lambda weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, split: decode_time(
                weight_bytes,
                n_chips,
                bandwidth,
                hop_seconds,
                n_chips - 1 if split == "pipeline" else n_hops,
                split,
            ),
            N_("n_hops is not used in a pipeline: it need not be one less than the chips."),
        ),
        Misconception(
            "hops times chips",
            lambda weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, split: decode_time(
                weight_bytes, n_chips, bandwidth, hop_seconds, n_hops * n_chips, split
            ),
            N_("n_hops counts all the hops of a token already: do not multiply by the chips."),
        ),
        Misconception(
            "every chip reads everything",
            lambda weight_bytes, n_chips, bandwidth, hop_seconds, n_hops, split: (
                n_chips * weight_bytes / bandwidth + n_hops * hop_seconds
            ),
            N_("Each chip reads its own part only, not the whole model."),
        ),
    ),
)


def energy_per_token(fleet_watts: float, tokens_per_s_per_user: float, users: float) -> float:
    """Joules: watts of all chips by tokens a second of all users."""
    return fleet_watts / (tokens_per_s_per_user * users)


def _loads() -> Iterator[Case]:
    draw = seeded("08-chips/energy_per_token")
    while True:
        yield draw.randint(2, 400) * 500, draw.randint(15, 900), draw.randint(2, 600)


ENERGY_PER_TOKEN = Task(
    id="08-chips/energy_per_token",
    function=energy_per_token,
    result=Result((number("joules"),)),
    examples=((10_000, 50, 100), (10_000, 50, 1)),
    parts=(Part(N_("all cases"), 0.5, first(6, _loads())),),
    drill=Drill(
        draw=_loads,
        asks=N_(
            "A fleet draws {fleet_watts} W and writes {tokens_per_s_per_user} tokens a second for each "
            "of {users} users. How many joules is a token?"
        ),
        worked=lambda fleet_watts, tokens_per_s_per_user, users: (
            f"{fleet_watts:g} / ({tokens_per_s_per_user:g} · {users:g})"
        ),
        unit="J",
    ),
    misconceptions=(
        Misconception(
            "one user's tokens",
            lambda fleet_watts, tokens_per_s_per_user, users: fleet_watts / tokens_per_s_per_user,
            N_(
                "All the fleet's watts for one user's tokens: the others get tokens from them, too."
            ),
        ),
        Misconception(
            "watts for every user",
            lambda fleet_watts, tokens_per_s_per_user, users: (
                fleet_watts * users / tokens_per_s_per_user
            ),
            N_("The watts are multiplied by the users: the fleet draws them once for all."),
        ),
        Misconception(
            "upside down",
            lambda fleet_watts, tokens_per_s_per_user, users: (
                tokens_per_s_per_user * users / fleet_watts
            ),
            N_("These are tokens per joule: turn it round."),
        ),
        Misconception(
            "watt hours",
            lambda fleet_watts, tokens_per_s_per_user, users: (
                fleet_watts / (tokens_per_s_per_user * users) / 3600
            ),
            N_("These are watt hours: a watt for a second is a joule."),
        ),
    ),
)
