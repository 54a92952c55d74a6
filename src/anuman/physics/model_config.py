"""What a model's own config.json says about its KV cache.

kv_bytes(config, context) gives the bytes of one request. The reader itself is anuman.catalog.hf_config.
"""

from collections.abc import Mapping

from ..catalog.hf_config import Config, ConfigError, UnknownArchitecture, read_config
from .context import kv_cache_bytes

__all__ = ["Config", "ConfigError", "UnknownArchitecture", "kv_bytes", "read_config"]


def kv_bytes(config: Mapping, context: int, kv_bits: float = 16) -> int:
    """Bytes of one request's KV cache at `context` tokens, for a parsed config.json.

    Layers with a sliding window hold at most their window; latent attention holds its latents. Raises ConfigError
    naming the field that is missing, absurd or at odds with another, UnknownArchitecture naming the model's kind.
    """
    if isinstance(context, bool) or not isinstance(context, int) or context < 0:
        raise ValueError(f"context is {context!r}: it is a whole number of tokens, zero or above")
    return round(kv_cache_bytes(read_config(config).model, context, kv_bits / 8))
