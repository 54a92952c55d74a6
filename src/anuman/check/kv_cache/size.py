"""Bytes of the cache: of one token, and how many requests fit."""

from collections.abc import Iterator
from math import ceil, floor, trunc

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task, off_by
from ..words import N_

GB = 1e9
ELEMENT_SIZES = (1, 2, 4)  # bytes of one number in the cache
HEAD_DIMS = (64, 96, 128, 256)


def _shapes(grouped: bool) -> Iterator[Case]:
    """Shapes of models; grouped: fewer KV heads than query heads."""
    draw = seeded(f"04-kv-cache/kv_bytes_per_token {grouped}")
    while True:
        kv_heads = draw.choice((1, 2, 4, 6, 8, 12) if grouped else (8, 12, 16, 32, 40, 48))
        heads = kv_heads * (draw.choice((3, 4, 5, 6, 8, 12)) if grouped else 1)
        layers = draw.randint(12, 120)
        yield layers, heads, kv_heads, draw.choice(HEAD_DIMS), draw.choice(ELEMENT_SIZES)


KV_BYTES_PER_TOKEN = Task(
    id="04-kv-cache/kv_bytes_per_token",
    function=lambda layers, heads, kv_heads, head_dim, dtype_bytes: physics.kv_bytes_per_token(
        layers, kv_heads, head_dim, dtype_bytes
    ),
    result=Result((number("bytes"),)),
    examples=((10, 16, 16, 64, 2), (10, 16, 2, 64, 2)),
    parts=(
        Part(
            N_("models with as many KV heads as query heads (MHA)"),
            0.25,
            ((24, 12, 12, 64, 2), *first(5, _shapes(grouped=False))),
        ),
        Part(
            N_("models with fewer KV heads than query heads (GQA, MQA)"),
            0.25,
            ((48, 40, 1, 128, 2), (61, 24, 3, 96, 1), *first(6, _shapes(grouped=True))),
        ),
    ),
    drill=Drill(
        draw=lambda: _shapes(grouped=True),
        asks=N_(
            "A model has {layers} layers, {heads} query heads and {kv_heads} KV heads of {head_dim} "
            "numbers, each of {dtype_bytes} bytes. How many bytes does a token leave in the KV cache?"
        ),
        worked=lambda layers, heads, kv_heads, head_dim, dtype_bytes: (
            f"2 · {layers:g} · {kv_heads:g} · {head_dim:g} · {dtype_bytes:g}"
        ),
        unit="B",
    ),
    misconceptions=(
        Misconception(
            "query heads",
            lambda layers, heads, kv_heads, head_dim, dtype_bytes: (
                2 * layers * heads * head_dim * dtype_bytes
            ),
            N_(
                "Too large by exactly heads / kv_heads: you counted query heads, not KV heads. "
                "Queries are used once and thrown away; only keys and values are kept."
            ),
        ),
        off_by(
            1 / 2,
            "K or V only",
            N_("Exactly half: each token leaves a key and a value in every layer, so 2 vectors."),
        ),
        Misconception(
            "query heads, K or V only",
            lambda layers, heads, kv_heads, head_dim, dtype_bytes: (
                layers * heads * head_dim * dtype_bytes
            ),
            N_(
                "Two slips at once: query heads are counted where KV heads belong, and only one "
                "of key and value."
            ),
        ),
        Misconception(
            "hidden size twice",
            lambda layers, heads, kv_heads, head_dim, dtype_bytes: (
                2 * layers * kv_heads * heads * head_dim * dtype_bytes
            ),
            N_(
                "Too large by exactly heads: heads and kv_heads are both in the product (or the "
                "hidden size, heads · head_dim, stands where head_dim belongs)."
            ),
        ),
        Misconception(
            "one layer",
            lambda layers, heads, kv_heads, head_dim, dtype_bytes: (
                2 * kv_heads * head_dim * dtype_bytes
            ),
            N_("That is one layer: every layer keeps its own keys and values."),
        ),
        off_by(
            8,
            "bits",
            N_("8 times too large: the answer is in bytes, and dtype_bytes is in bytes already."),
        ),
        Misconception(
            "numbers instead of bytes",
            lambda layers, heads, kv_heads, head_dim, dtype_bytes: 2 * layers * kv_heads * head_dim,
            N_("dtype_bytes is not used: that is how many numbers are kept, not how many bytes."),
        ),
    ),
)


def max_requests(memory: float, weights: float, kv_per_token: float, context: float) -> int:
    """Whole requests that fit; memory and weights in GB (1e9 bytes)."""
    return floor(physics.room_for(memory * GB, weights * GB, kv_per_token, context))


def _memories(low: float, high: float) -> Iterator[Case]:
    """Memories with room for low to high requests, well away from a whole number of them."""
    draw = seeded(f"04-kv-cache/max_requests {low}")
    while True:
        kv_per_token = draw.choice((57_344, 114_688, 131_072, 262_144, 327_680, 516_096))
        context = draw.choice((2_048, 8_000, 16_384, 32_768, 60_000, 131_072))
        weights = round(draw.uniform(5, 150), 1)
        room = draw.uniform(low, high)
        if 0.15 < room % 1 < 0.45 or 0.55 < room % 1 < 0.85:
            yield (
                round(weights + room * kv_per_token * context / GB, 2),
                weights,
                kv_per_token,
                context,
            )


MAX_REQUESTS = Task(
    id="04-kv-cache/max_requests",
    function=max_requests,
    result=Result((number("requests"),)),
    examples=((100, 20, 200_000, 50_000), (100, 25, 200_000, 50_000), (100, 120, 200_000, 50_000)),
    parts=(
        Part(
            N_("all cases"),
            0.5,
            (
                (80, 16, 100_000, 10_000),  # exactly full
                (24, 24, 131_072, 4_096),  # no room at all
                (40, 60, 131_072, 4_096),  # the weights alone do not fit
                *first(4, _memories(0.2, 1.0)),
                *first(8, _memories(3, 90)),
            ),
        ),
    ),
    drill=Drill(
        draw=lambda: _memories(3, 90),
        asks=N_(
            "A machine has {memory} GB of memory, the weights take {weights} GB, a token leaves "
            "{kv_per_token} bytes in the cache. How many requests of {context} tokens fit?"
        ),
        worked=lambda memory, weights, kv_per_token, context: (
            f"floor(({memory:.8g} - {weights:g}) · 1e9 / ({kv_per_token:g} · {context:g}))"
        ),
        digits=8,
    ),
    misconceptions=(
        Misconception(
            "rounds",
            lambda memory, weights, kv_per_token, context: round(
                max(0, memory - weights) * GB / (kv_per_token * context)
            ),
            N_(
                "Rounded to the nearest: a request that fits only in part does not fit. Round down."
            ),
        ),
        Misconception(
            "rounds up",
            lambda memory, weights, kv_per_token, context: ceil(
                max(0, memory - weights) * GB / (kv_per_token * context)
            ),
            N_("Rounded up: the last request would stick out of the memory. Round down."),
        ),
        Misconception(
            "not rounded",
            lambda memory, weights, kv_per_token, context: (
                max(0, memory - weights) * GB / (kv_per_token * context)
            ),
            N_("Not a whole number: only whole requests count. Round down."),
        ),
        Misconception(
            "forgets weights",
            lambda memory, weights, kv_per_token, context: floor(
                memory * GB / (kv_per_token * context)
            ),
            N_("The weights are forgotten: they lie in the same memory, and come first."),
        ),
        Misconception(
            "GB for GiB",
            lambda memory, weights, kv_per_token, context: floor(
                max(0, memory - weights) * 2**30 / (kv_per_token * context)
            ),
            N_(
                "About 7 % too large: a GB is 1e9 bytes. 2**30 (or 1024 three times) bytes are a "
                "GiB, which is another unit."
            ),
        ),
        Misconception(
            "negative",
            lambda memory, weights, kv_per_token, context: floor(
                (memory - weights) * GB / (kv_per_token * context)
            ),
            N_("Negative where the weights alone do not fit: then 0 requests fit."),
        ),
        Misconception(
            "negative, cut off by int",
            lambda memory, weights, kv_per_token, context: trunc(
                (memory - weights) * GB / (kv_per_token * context)
            ),
            N_("Negative where the weights alone do not fit: then 0 requests fit."),
        ),
        Misconception(
            "weights left in GB",
            lambda memory, weights, kv_per_token, context: floor(
                (memory * GB - weights) / (kv_per_token * context)
            ),
            N_("Only memory is brought to bytes: weights is in GB, too (1 GB = 1e9 bytes)."),
        ),
        Misconception(
            "tokens instead of requests",
            lambda memory, weights, kv_per_token, context: floor(
                max(0, memory - weights) * GB / kv_per_token
            ),
            N_("That is how many tokens fit: each request needs context of them."),
        ),
        Misconception(
            "bytes and GB mixed",
            lambda memory, weights, kv_per_token, context: floor(
                max(0, memory - weights) / (kv_per_token * context)
            ),
            N_("GB are divided by bytes: bring memory and weights to bytes first (1 GB = 1e9)."),
        ),
        Misconception(
            "bytes and GB mixed, negative",
            lambda memory, weights, kv_per_token, context: floor(
                (memory - weights) / (kv_per_token * context)
            ),
            N_("GB are divided by bytes: bring memory and weights to bytes first (1 GB = 1e9)."),
        ),
    ),
)
