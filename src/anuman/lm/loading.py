"""Reads a model from a file: the course's safetensors, or the GGUF of a Llama-shaped model."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from anuman.lm import gguf, safetensors, smollm2
from anuman.lm.config import Config, shapes
from anuman.lm.errors import LmError, WeightFileError
from anuman.lm.model import Model, build
from anuman.lm.tokenizer import Tokenizer

ANU_STORIES = Path(__file__).parent / "weights" / "anu-stories.safetensors"

START = 64  # bytes by which it is seen what a file is
LFS_POINTER = b"version https://git-lfs"

GGUF_NAMES = {
    "embed": "token_embd",
    "norm": "output_norm",
    "attn_norm": "attn_norm",
    "wq": "attn_q",
    "wk": "attn_k",
    "wv": "attn_v",
    "wo": "attn_output",
    "mlp_norm": "ffn_norm",
    "w_gate": "ffn_gate",
    "w_up": "ffn_up",
    "w_down": "ffn_down",
}


def load(path: Path | str | None = None) -> Model:
    """Read a model from a file, or by name: "anu-stories" (bundled, also None) or "smollm2" (fetched).

    Raises WeightFileError when the file is missing, truncated, damaged or of another kind, OutOfMemory
    when the weights do not fit in memory.
    """
    path = _find(path)
    try:
        with path.open("rb") as file:
            start = file.read(START)
        if start.startswith(gguf.MAGIC):
            return _from_gguf(path)
        _refuse_stand_in(path, start)
        return _from_safetensors(path)
    except FileNotFoundError:
        raise WeightFileError(f"there is no file {path}") from None
    except OSError as error:
        raise WeightFileError(f"{path} cannot be read: {error.strerror or error}") from None


def _refuse_stand_in(path: Path, start: bytes) -> None:
    """Raise WeightFileError for what a download leaves in the place of weights, and for a GGUF that is none."""
    kind = "GGUF" if path.suffix.lower() == ".gguf" else "safetensors"
    if start.startswith(LFS_POINTER):
        why = "it is a Git LFS pointer, the file itself was not fetched; run git lfs pull"
    elif start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        tag = start.lstrip()[:6].decode("ascii", "replace")
        why = f"it begins with {tag}, a web page; download the file itself"
    elif kind == "GGUF":
        why = f"it begins with {start[:4]!r}, not with {gguf.MAGIC!r}"
    else:
        return
    raise WeightFileError(f"{path} is no {kind} file: {why}")


def _find(path: Path | str | None) -> Path:
    if path in (None, ANU_STORIES.stem):
        return ANU_STORIES
    if path != smollm2.NAME:
        return Path(path)
    if not smollm2.path().is_file():
        raise WeightFileError("SmolLM2 is not on this computer yet; run `anuman lm fetch` first")
    return smollm2.path()


def random(config: Config, seed: int = 0) -> Model:
    """A model of this shape with random weights, for questions of speed; it has no tokenizer."""
    generator = np.random.default_rng(seed)

    def fill(name: str, out: np.ndarray) -> None:
        if out.ndim == 1:
            out[:] = 1
        else:
            generator.standard_normal(out=out, dtype=np.float32)
            out *= np.float32(out.shape[1] ** -0.5)

    return build(config, fill, about={"name": "random weights"})


def _check_shapes(
    found: dict[str, tuple[int, ...]], config: Config, named: Callable[[str], str] = str
) -> None:
    """Every tensor of `shapes(config)`, in the file called named(name), must be there in its shape."""
    if config.layers > len(found):  # a damaged number must not make us list a billion layers
        raise WeightFileError(f"{len(found)} tensors cannot be {config.layers} layers")
    for name, shape in shapes(config).items():
        if named(name) not in found:
            raise WeightFileError(f"there is no tensor {named(name)}")
        if found[named(name)] != shape:
            raise WeightFileError(
                f"tensor {named(name)} has the shape {found[named(name)]}, needed is {shape}"
            )


def _from_safetensors(path: Path) -> Model:
    tensors, metadata = safetensors.read(path)
    try:
        config = Config(**json.loads(metadata["config"]))
        tokenizer = Tokenizer.from_dict(json.loads(metadata["tokenizer"]))
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise WeightFileError(f"{path} is not a model of this course: {error!r}") from None
    except LmError as error:
        raise WeightFileError(f"{path}: {error}") from None
    about = {k: v for k, v in metadata.items() if k not in ("config", "tokenizer")}
    try:
        return from_tensors(config, tensors, tokenizer, about)
    except WeightFileError as error:
        raise WeightFileError(f"{path}: {error}") from None


def from_tensors(
    config: Config,
    tensors: Mapping[str, np.ndarray],
    tokenizer: Tokenizer | None = None,
    about: dict | None = None,
) -> Model:
    """A model with copies of these tensors, named and shaped as in `shapes(config)`.

    Raises WeightFileError for a tensor that is missing, of another shape or not finite, and for a
    vocabulary of another size.
    """
    _check_shapes({n: t.shape for n, t in tensors.items()}, config)
    if tokenizer is not None and len(tokenizer) != config.vocab:
        raise WeightFileError(
            f"{len(tokenizer)} tokens in the vocabulary, {config.vocab} in the model"
        )

    def fill(name: str, out: np.ndarray) -> None:
        out[...] = tensors[name]
        if not np.isfinite(out).all():
            raise WeightFileError(f"tensor {name} holds numbers that are not finite")

    return build(config, fill, tokenizer, about)


def _gguf_name(name: str) -> str:
    *block, last = name.split(".")
    return ".".join(
        ["blk", *block[1:], GGUF_NAMES[last], "weight"] if block else [GGUF_NAMES[last], "weight"]
    )


def _from_gguf(path: Path) -> Model:
    tensors, about = gguf.read(path)
    try:
        config = _gguf_config(about)
        tokenizer = _gguf_tokenizer(about)
        _check_shapes({n: t.shape for n, t in tensors.items()}, config, _gguf_name)
        if extra := tensors.keys() - {_gguf_name(name) for name in shapes(config)}:
            raise WeightFileError(f"tensors without a place: {', '.join(sorted(extra)[:3])}")
    except (KeyError, TypeError, IndexError) as error:
        raise WeightFileError(f"{path}: its metadata lack what a model needs: {error!r}") from None
    except LmError as error:
        raise WeightFileError(f"{path}: {error}") from None

    def fill(name: str, out: np.ndarray) -> None:
        tensors[_gguf_name(name)].decode_into(out)

    return build(
        config, fill, tokenizer, {k: v for k, v in about.items() if not isinstance(v, list)}
    )


def _gguf_config(about: dict) -> Config:
    kind = about["general.architecture"]
    if kind != "llama":
        raise WeightFileError(f"its architecture is {kind!r}; models of the kind 'llama' are read")
    get = {name.removeprefix("llama."): value for name, value in about.items()}
    config = Config(
        vocab=len(about["tokenizer.ggml.tokens"]),
        dim=get["embedding_length"],
        layers=get["block_count"],
        heads=get["attention.head_count"],
        kv_heads=get["attention.head_count_kv"],
        hidden=get["feed_forward_length"],
        context=get["context_length"],
        rope_theta=get.get("rope.freq_base", 10_000.0),
        norm_eps=get["attention.layer_norm_rms_epsilon"],
    )
    if get.get("rope.dimension_count", config.head_dim) != config.head_dim:
        raise WeightFileError("it rotates only a part of each head, which is not supported")
    return config


def _byte_letters() -> dict[str, int]:
    """GGUF writes each byte of a token as one printable letter: itself, or else one from U+0100 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in printable]
    return {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(rest)}


def _gguf_tokenizer(about: dict) -> Tokenizer:
    kinds = about["tokenizer.ggml.model"], about["tokenizer.ggml.pre"]
    if kinds != ("gpt2", "smollm"):
        raise WeightFileError(f"its tokenizer is {' / '.join(kinds)}; gpt2 / smollm is read")
    letters, control = _byte_letters(), 3

    def raw(text: str) -> bytes:
        return bytes(letters[c] for c in text)

    names, types = about["tokenizer.ggml.tokens"], about["tokenizer.ggml.token_type"]
    special = {
        name: i for i, (name, kind) in enumerate(zip(names, types, strict=True)) if kind == control
    }
    vocabulary = [name.encode() if name in special else raw(name) for name in names]
    merges = [tuple(map(raw, pair.split(" "))) for pair in about["tokenizer.ggml.merges"]]
    return Tokenizer(
        vocabulary, merges, special, unknown=about.get("tokenizer.ggml.unknown_token_id")
    )
