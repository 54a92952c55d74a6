"""The shape of a model, and the name and shape of each of its tensors: what a file of weights holds."""

from dataclasses import asdict, dataclass, fields

from anuman.lm.errors import WeightFileError

LAYER = ("attn_norm", "wq", "wk", "wv", "wo", "mlp_norm", "w_gate", "w_up", "w_down")


@dataclass(frozen=True)
class Config:
    """Shape of a decoder-only transformer with a tied head.

    vocab: tokens.  dim: width of the residual stream.  layers: blocks.
    heads, kv_heads: query heads and the key-value heads they share.  hidden: width of the SwiGLU.
    context: longest sequence in tokens.  rope_theta: base of the rotation.  norm_eps: in RMSNorm.
    """

    vocab: int
    dim: int
    layers: int
    heads: int
    kv_heads: int
    hidden: int
    context: int
    rope_theta: float = 10_000.0
    norm_eps: float = 1e-5

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            kinds = (int, float) if field.type is float else (int,)
            if not isinstance(value, kinds) or isinstance(value, bool) or not value > 0:
                raise WeightFileError(
                    f"the model's {field.name} is {value!r}; it must be a positive number"
                )
        if self.dim % (2 * self.heads) or self.heads % self.kv_heads:
            raise WeightFileError(
                f"{self.heads} query heads and {self.kv_heads} KV heads do not divide a width of "
                f"{self.dim}: heads must be a multiple of kv_heads, dim an even multiple of heads"
            )

    @property
    def head_dim(self) -> int:
        """Width of one head."""
        return self.dim // self.heads

    @property
    def params(self) -> int:
        """Number of parameters; the head is the embedding and counts once."""
        return sum(_size(shape) for shape in shapes(self).values())

    @property
    def kv_per_token(self) -> int:
        """Numbers that one token leaves in the KV cache: a key and a value a layer and KV head."""
        return 2 * self.layers * self.kv_heads * self.head_dim

    def as_dict(self) -> dict:
        """Plain data, for the header of a file."""
        return asdict(self)


def _size(shape: tuple[int, ...]) -> int:
    return shape[0] * (shape[1] if len(shape) > 1 else 1)


def shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every tensor, in the order in which they lie in memory; matrices [out, in]."""
    c, kv = config, config.kv_heads * config.head_dim
    layer = {
        "attn_norm": (c.dim,),
        "wq": (c.dim, c.dim),
        "wk": (kv, c.dim),
        "wv": (kv, c.dim),
        "wo": (c.dim, c.dim),
        "mlp_norm": (c.dim,),
        "w_gate": (c.hidden, c.dim),
        "w_up": (c.hidden, c.dim),
        "w_down": (c.dim, c.hidden),
    }
    by_name = {"embed": (c.vocab, c.dim)}
    for n in range(c.layers):
        by_name |= {f"layers.{n}.{name}": layer[name] for name in LAYER}
    return by_name | {"norm": (c.dim,)}
