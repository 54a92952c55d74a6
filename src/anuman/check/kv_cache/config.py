"""A model's own config.json: the bytes of one request, from whatever the file says and leaves out."""

from collections.abc import Callable, Iterator

from anuman.physics import model_config

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

BYTES = 2  # of a number in the cache
SLIDING, FULL = "sliding_attention", "full_attention"


def kv_bytes_from_config(config: dict, context: int) -> float:
    """Bytes of one request's KV cache with 16-bit numbers, see anuman.physics.model_config."""
    return float(model_config.kv_bytes(config, context))


def _numbers(config: dict, heads: str = "num_key_value_heads") -> int:
    """Numbers that one layer keeps of a token, with the head count under this name."""
    count = config.get(heads) or config["num_attention_heads"]
    size = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    return 2 * count * size


def _latent(config: dict) -> int:
    return config["kv_lora_rank"] + config["qk_rope_head_dim"]


def _tokens(config: dict, context: int) -> int:
    """Tokens that all layers keep together."""
    window, layers = config.get("sliding_window"), config["num_hidden_layers"]
    if not window:
        return layers * context
    short = config.get("layer_types", [SLIDING] * layers).count(SLIDING)
    return short * min(context, window) + (layers - short) * context


def _read(
    numbers: Callable[[dict], int] = _numbers,
    latent: Callable[[dict], int] = _latent,
    tokens: Callable[[dict, int], int] = _tokens,
    size: int = BYTES,
) -> Callable:
    """An answer with one of its three readings changed."""

    def wrong(config, context):
        each = latent(config) if "kv_lora_rank" in config else numbers(config)
        return each * tokens(config, context) * size

    return wrong


def _by_width(config: dict) -> int:
    heads = config["num_attention_heads"]
    return 2 * (config.get("num_key_value_heads") or heads) * (config["hidden_size"] // heads)


def _window_gone(config: dict, context: int) -> int:
    short = config.get("layer_types", [SLIDING] * config["num_hidden_layers"]).count(SLIDING)
    return (config["num_hidden_layers"] - (short if config.get("sliding_window") else 0)) * context


def _window_in_every_layer(config: dict, context: int) -> int:
    window = config.get("sliding_window") or context
    return config["num_hidden_layers"] * min(context, window)


def _window_always_full(config: dict, context: int) -> int:
    window = config.get("sliding_window")
    kinds = config.get("layer_types", [SLIDING] * config["num_hidden_layers"])
    return sum(window if window and kind == SLIDING else context for kind in kinds)


def _base(draw, kind: str) -> dict:
    heads, size = draw.choice((12, 16, 24, 32, 40)), draw.choice((64, 96, 128))
    return {
        "model_type": kind,
        "hidden_size": heads * size,
        "intermediate_size": 4 * heads * size,
        "num_attention_heads": heads,
        "num_hidden_layers": draw.randint(6, 20),
        "vocab_size": draw.choice((32_000, 128_256)),
        "max_position_embeddings": 131_072,
    }


def _stated() -> Iterator[Case]:
    draw = seeded("04-kv-cache/kv_bytes_from_config stated")
    while True:
        config = _base(draw, "llama")
        heads = config["num_attention_heads"]
        config["num_key_value_heads"] = draw.choice([n for n in (1, 2, 4, 8) if heads % n == 0])
        size = config["hidden_size"] // heads
        config["head_dim"] = draw.choice([n for n in (64, 96, 128, 160) if n != size])
        yield config, draw.choice((1_000, 8_192, 50_000))


def _missing() -> Iterator[Case]:
    """Files without KV heads, without the size of a head, without either, in turn."""
    draw = seeded("04-kv-cache/kv_bytes_from_config missing")
    place = 0
    while True:
        config = _base(draw, "llama")
        heads, size = config["num_attention_heads"], config["hidden_size"]
        if place % 3 == 0:
            config["head_dim"] = draw.choice([n for n in (64, 128, 160) if n * heads != size])
        elif place % 3 == 1:
            config["num_key_value_heads"] = draw.choice((2, 4))
        yield config, draw.choice((1_000, 8_192, 50_000))
        place += 1


def _windowed() -> Iterator[Case]:
    draw = seeded("04-kv-cache/kv_bytes_from_config windows")
    place = 0
    while True:
        config = _base(draw, "mistral")
        config["num_key_value_heads"] = draw.choice((2, 4))
        config["sliding_window"] = draw.choice((512, 1_024, 4_096))
        if place % 3:
            every = draw.choice((2, 3, 6))
            config["layer_types"] = [
                SLIDING if (layer + 1) % every else FULL
                for layer in range(config["num_hidden_layers"])
            ]
        times = draw.choice((0.25, 0.5)) if place % 4 == 3 else draw.choice((3, 8, 20))
        yield config, round(config["sliding_window"] * times)
        place += 1


def _latents() -> Iterator[Case]:
    draw = seeded("04-kv-cache/kv_bytes_from_config latent")
    while True:
        config = _base(draw, "deepseek_v3") | {
            "num_key_value_heads": 0,
            "kv_lora_rank": draw.choice((256, 512)),
            "qk_rope_head_dim": draw.choice((32, 64)),
            "qk_nope_head_dim": 128,
            "v_head_dim": 128,
            "q_lora_rank": 768,
            "n_routed_experts": 16,
            "num_experts_per_tok": 4,
            "moe_intermediate_size": 1_024,
            "first_k_dense_replace": 1,
        }
        config["num_key_value_heads"] = config["num_attention_heads"]
        yield config, draw.choice((1_000, 8_192, 50_000))


SMALL = {
    "model_type": "llama", "hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16,
    "num_hidden_layers": 10, "vocab_size": 32_000,
}  # fmt: skip
GROUPED = SMALL | {"num_key_value_heads": 2, "head_dim": 128}
WINDOWED = SMALL | {"model_type": "mistral", "num_key_value_heads": 2, "sliding_window": 500}
MIXED = WINDOWED | {"layer_types": 5 * [SLIDING, FULL]}
LATENT = next(_latents())[0] | {
    "kv_lora_rank": 448,
    "qk_rope_head_dim": 64,
    "num_hidden_layers": 10,
}

KV_BYTES_FROM_CONFIG = Task(
    id="04-kv-cache/kv_bytes_from_config",
    function=kv_bytes_from_config,
    result=Result((number("bytes"),)),
    examples=((GROUPED, 1_000), (SMALL, 1_000), (MIXED, 1_000), (LATENT, 1_000)),
    parts=(
        Part(N_("everything is stated"), 0.5, first(6, _stated())),
        Part(
            N_("the KV heads or the size of a head are missing"),
            0.5,
            first(6, _missing()),
            shown=((SMALL | {"num_key_value_heads": 4}, 1_000),),
        ),
        Part(
            N_("windows"),
            0.5,
            first(9, _windowed()),
            shown=((WINDOWED, 1_000), (MIXED, 2_000), (MIXED, 200)),
        ),
        Part(N_("latent attention"), 0.5, first(5, _latents())),
    ),
    misconceptions=(
        Misconception(
            "query heads",
            _read(numbers=lambda config: _numbers(config, "num_attention_heads")),
            N_(
                "num_attention_heads are the query heads: what is kept are num_key_value_heads, where "
                "the file states them."
            ),
        ),
        Misconception(
            "hidden size over heads",
            _read(numbers=_by_width),
            N_(
                "head_dim is stated, but hidden_size / num_attention_heads is used: the two may differ, "
                "and what is stated counts."
            ),
        ),
        Misconception(
            "K or V only",
            _read(numbers=lambda config: _numbers(config) // 2),
            N_("Half: a key and a value are kept, so 2 lists in each head."),
        ),
        Misconception(
            "numbers for bytes",
            _read(size=1),
            N_("These are numbers: each of them has 2 bytes."),
        ),
        Misconception(
            "windows ignored",
            _read(tokens=lambda config, context: config["num_hidden_layers"] * context),
            N_(
                "The windows are ignored: a layer of sliding attention keeps its last `sliding_window` "
                "tokens and no more."
            ),
        ),
        Misconception(
            "windows kept as nothing",
            _read(tokens=_window_gone),
            N_("Layers with a window are left out: they keep their last `sliding_window` tokens."),
        ),
        Misconception(
            "a window in every layer",
            _read(tokens=_window_in_every_layer),
            N_(
                "The window is put on every layer: where there is a list `layer_types`, only the layers "
                'called "sliding_attention" have it.'
            ),
        ),
        Misconception(
            "a window always full",
            _read(tokens=_window_always_full),
            N_("A text shorter than the window does not fill it: take the smaller of the two."),
        ),
        Misconception(
            "latent attention as heads",
            _read(latent=lambda config: 2 * config["num_attention_heads"] * 128),
            N_(
                "Latent attention is counted by heads: each layer keeps one list of kv_lora_rank numbers "
                "and one of qk_rope_head_dim for all heads together."
            ),
        ),
        Misconception(
            "latent attention by the width",
            _read(latent=_numbers),
            N_(
                "Latent attention is counted by heads: each layer keeps one list of kv_lora_rank numbers "
                "and one of qk_rope_head_dim for all heads together."
            ),
        ),
        Misconception(
            "position forgotten",
            _read(latent=lambda config: config["kv_lora_rank"]),
            N_("The numbers for the position, qk_rope_head_dim of them, are kept, too."),
        ),
        Misconception(
            "latent twice",
            _read(latent=lambda config: 2 * _latent(config)),
            N_(
                "Twice too large: the latent list is not kept once for the keys and once for the values; "
                "both are computed from it."
            ),
        ),
        Misconception(
            "one token",
            _read(tokens=lambda config, context: config["num_hidden_layers"]),
            N_("context is not used: that is one token."),
        ),
        Misconception(
            "one layer",
            _read(
                tokens=lambda config, context: (
                    _tokens(config, context) / config["num_hidden_layers"]
                )
            ),
            N_("num_hidden_layers is not used: every layer keeps its own keys and values."),
        ),
    ),
)
