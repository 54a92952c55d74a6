"""What the length of a text costs: bytes of its KV cache, and how many tokens of it each layer reads.

Three designs keep long texts from costing in proportion. Windows: some layers see the last w tokens only (Beltagy et
al., "Longformer", 2020), so their caches stop growing. Latents: all heads share one vector a token (DeepSeek-AI,
"DeepSeek-V2", 2024). An index: a small attention scores all tokens, the large one reads the best k (DeepSeek-AI,
"DeepSeek-V3.2", 2025); the cache keeps all of them, and the index's own keys.
"""

from math import inf

from ..catalog import Model
from .arguments import not_negative, positive
from .layers import kv_elements_per_token

LONG_WINDOW = (
    1024  # tokens; where a step's contexts are not known, a longer window is taken not to be full
)
INDEX_SCALE_BYTES = 4  # one for each token's key, which has 8 bits a number


def index_bytes_per_token(model: Model) -> float:
    """Bytes that one token adds to the index's keys, all layers; 0 without an index.

    8 bits a number and a scale whatever the cache's width. Source: vLLM, DeepseekV32IndexerCache.
    """
    if model.index_topk is None:
        return 0.0
    return model.layers * (model.index_head_dim + INDEX_SCALE_BYTES)


def windowed_share(model: Model) -> float:
    """Share of the layers that see a window of tokens only."""
    return 0.0 if model.window is None else model.window_layers / model.layers


def kv_cache_bytes(model: Model, context: float, bytes_per_element: float = 2) -> float:
    """Bytes of one request's cache at `context` tokens: full layers hold all, the others at most their window.

    L·2·g·e·k bytes a token (MLA: L·(latent + rotated key)·k), of which a share s of layers has a window w:
    (1 - s)·S + s·min(S, w) tokens; the index's keys on top.
    """
    positive(bytes_per_element=bytes_per_element)
    not_negative(context=context)
    short = windowed_share(model)
    tokens = (1 - short) * context + short * min(context, model.window or inf)
    kept = tokens * kv_elements_per_token(model) * bytes_per_element
    return kept + context * index_bytes_per_token(model)


def capped(model: Model) -> tuple[float, float]:
    """(share of the attention's reads that is capped, tokens that it reads at most) in one decode step."""
    if model.index_topk is not None:
        return 1.0, model.index_topk
    share = windowed_share(model)
    return (share, model.window) if share else (0.0, inf)


def capped_pairs(tokens: float, pairs: float, cap: float) -> float:
    """Query-key pairs of a prompt when each of its tokens sees at most `cap` before it.

    tokens, pairs: of the prompt, S and S²/2, or of a piece of it, whose mean context is pairs/tokens.
    """
    whole = 2 * pairs / tokens
    return pairs if whole <= cap else tokens * (cap - cap * cap / (2 * whole))
