"""Files of weights: what is written is read, anything damaged is refused and named."""

import contextlib
import json
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lm_models import CONFIG, model, save, tensors, tokenizer

from anuman import lm
from anuman.lm import gguf, loading, safetensors


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "model.safetensors"
    save(path, tensors(), CONFIG, tokenizer(), {"steps": "7"})
    return path


def gguf_bytes(metadata: dict, parts: dict[str, tuple[tuple[int, ...], int, bytes]]) -> bytes:
    """A GGUF file written from the format's description: name -> (shape, format number, bytes)."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    def typed(value) -> bytes:
        if isinstance(value, str):
            return struct.pack("<I", 8) + text(value)
        if isinstance(value, float):
            return struct.pack("<If", 6, value)
        if isinstance(value, int):
            return struct.pack("<II", 4, value)
        kinds = {str: 8, int: 5}
        kind = kinds[type(value[0])]
        items = b"".join(text(v) if kind == 8 else struct.pack("<i", v) for v in value)
        return struct.pack("<IIQ", 9, kind, len(value)) + items

    head = b"GGUF" + struct.pack("<IQQ", 3, len(parts), len(metadata))
    head += b"".join(text(name) + typed(value) for name, value in metadata.items())
    data = b""
    for name, (shape, kind, raw) in parts.items():
        head += text(name) + struct.pack("<I", len(shape))
        head += b"".join(struct.pack("<Q", n) for n in reversed(shape))
        head += struct.pack("<IQ", kind, len(data))
        data += raw + b"\0" * (-len(raw) % 32)
    return head + b"\0" * (-len(head) % 32) + data


METADATA = {
    "general.architecture": "llama",
    "llama.block_count": 1,
    "llama.embedding_length": 32,
    "llama.feed_forward_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "llama.context_length": 16,
    "llama.rope.freq_base": 5000.0,
    "llama.attention.layer_norm_rms_epsilon": 1e-5,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": ["<|end|>", "a", "Ġ", "Ċ", "Ġa"],
    "tokenizer.ggml.token_type": [3, 1, 1, 1, 1],
    "tokenizer.ggml.merges": ["Ġ a"],
    "tokenizer.ggml.unknown_token_id": 0,
}


def small_gguf(changes: dict | None = None, kinds: dict | None = None) -> bytes:
    metadata = METADATA | (changes or {})
    config = loading._gguf_config(METADATA)
    random, parts = np.random.default_rng(0), {}
    for name, shape in lm.shapes(config).items():
        w = random.standard_normal(shape).astype("<f4")
        kind = (kinds or {}).get(name, 0)
        raw = w.tobytes() if kind == 0 else w.astype("<f2").tobytes()
        parts[loading._gguf_name(name)] = (shape, kind, raw)
    return gguf_bytes({k: v for k, v in metadata.items() if v is not None}, parts)


def test_a_saved_model_computes_the_same(written):
    loaded = lm.load(written)
    assert loaded.config == CONFIG
    assert loaded.about["steps"] == "7"
    assert loaded.tokenizer.encode(" the anu") == tokenizer().encode(" the anu")
    tokens = [5, 260, 77]
    rows = [lm.forward(m, [tokens], [lm.Cache(CONFIG)]) for m in (loaded, model())]
    np.testing.assert_array_equal(*rows)
    assert list(written.parent.iterdir()) == [written]  # no scratch file stays behind


def test_fp16_files_become_fp32_models(tmp_path):
    path = tmp_path / "half.safetensors"
    half = {name: w.astype(np.float16) for name, w in tensors().items()}
    save(path, half, CONFIG, tokenizer(), {})
    np.testing.assert_array_equal(lm.load(path).embed, half["embed"].astype(np.float32))


def test_a_failed_write_leaves_the_earlier_file(written):
    before = written.read_bytes()
    with pytest.raises(KeyError):
        safetensors.write(written, {"x": np.zeros(2, np.float64)}, {})
    assert written.read_bytes() == before
    assert list(written.parent.iterdir()) == [written]


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 9, 500, -1, -4096])
def test_a_truncated_file_is_refused(written, kept):
    written.write_bytes(written.read_bytes()[:kept])
    with pytest.raises(lm.WeightFileError, match=r"model\.safetensors is not a whole safetensors"):
        lm.load(written)


def test_a_flipped_bit_is_refused(written):
    data = bytearray(written.read_bytes())
    data[-100] ^= 1
    written.write_bytes(data)
    with pytest.raises(lm.WeightFileError, match="is damaged: its checksum does not fit"):
        lm.load(written)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t, m: t.pop("layers.2.wo"), "there is no tensor layers.2.wo"),
        (lambda t, m: t.update(norm=np.ones(4, np.float32)), r"norm has the shape \(4,\)"),
        (lambda t, m: t["embed"].fill(np.nan), "embed holds numbers that are not finite"),
        (lambda t, m: m.pop("config"), "is not a model of this course"),
        (lambda t, m: m.update(config="{"), "is not a model of this course"),
        (lambda t, m: m.update(config='{"vocab": 3}'), "is not a model of this course"),
        (lambda t, m: m.update(tokenizer="{}"), "the vocabulary is not as expected"),
        (lambda t, m: m.update(tokenizer='{"merges": [], "special": []}'), "256 tokens in the voc"),
    ],
)
def test_a_file_of_another_content_is_refused(tmp_path, change, words):
    metadata = {
        "config": json.dumps(CONFIG.as_dict()),
        "tokenizer": json.dumps(tokenizer().as_dict()),
    }
    found = tensors()
    change(found, metadata)
    path = tmp_path / "x.safetensors"
    safetensors.write(path, found, metadata)
    with pytest.raises(lm.WeightFileError, match=words) as error:
        lm.load(path)
    assert str(path) in str(error.value)


def test_missing_and_foreign_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    with pytest.raises(lm.WeightFileError, match="there is no file nowhere"):
        lm.load("nowhere")
    with pytest.raises(lm.WeightFileError, match="run `anuman lm fetch` first"):
        lm.load("smollm2")
    with pytest.raises(lm.WeightFileError, match="cannot be read: Is a directory"):
        lm.load(tmp_path)
    path = tmp_path / "text"
    path.write_text("This is not a model, it is a text about models.")
    with pytest.raises(lm.WeightFileError, match="not a whole safetensors file"):
        lm.load(path)


def test_gguf_blocks_are_decoded_as_the_format_says():
    def decoded(name: str, raw: bytes) -> np.ndarray:
        form = next(f for f in gguf.FORMATS.values() if f.name == name)
        out = np.empty((len(raw) // form.nbytes, form.weights), np.float32)
        form.decode(np.frombuffer(raw, np.uint8), out)
        return out.reshape(-1)

    q8 = struct.pack("<e32b", 0.5, *range(-16, 16)) + struct.pack("<e32b", -2.0, *[1] * 32)
    want = [q / 2 for q in range(-16, 16)] + [-2.0] * 32
    np.testing.assert_array_equal(decoded("Q8_0", q8), want)
    # Weight i is the low half of byte i, weight i + 16 the high half.
    q4 = struct.pack("<ee16B", 0.25, -1.0, *[i | (15 - i) << 4 for i in range(16)])
    want = [i / 4 - 1 for i in range(16)] + [(15 - i) / 4 - 1 for i in range(16)]
    np.testing.assert_array_equal(decoded("Q4_1", q4), want)
    np.testing.assert_array_equal(decoded("F16", struct.pack("<2e", 1.5, -2)), [1.5, -2])


def test_a_large_tensor_is_decoded_in_parts_and_whole(tmp_path):
    random = np.random.default_rng(0)
    blocks = 3 * gguf.CHUNK // 32 + 5
    raw = random.integers(0, 256, (blocks, 34)).astype(np.uint8)
    raw[:, :2] = np.frombuffer(struct.pack("<e", 0.125), np.uint8)
    out = np.full((blocks, 32), np.nan, np.float32)
    path = tmp_path / "blocks"
    path.write_bytes(b"before" + raw.tobytes())
    gguf.Tensor(out.shape, gguf.FORMATS[8], path, 6).decode_into(out)
    np.testing.assert_array_equal(out, raw[:, 2:].view(np.int8) * np.float32(0.125))


def test_a_gguf_file_becomes_a_model(tmp_path):
    path = tmp_path / "tiny.gguf"
    path.write_bytes(small_gguf(kinds={"layers.0.wk": 1}))
    loaded = lm.load(path)
    assert (loaded.config.rope_theta, loaded.config.hidden, loaded.config.vocab) == (5000.0, 64, 5)
    assert loaded.tokenizer.encode(" a\nz") == [4, 3, 0]
    assert loaded.tokenizer.decode([4, 1, 3]) == " aa\n"
    random = np.random.default_rng(0)
    want = [random.standard_normal(s).astype(np.float32) for s in lm.shapes(loaded.config).values()]
    np.testing.assert_array_equal(loaded.embed, want[0])
    np.testing.assert_array_equal(loaded.layers[0].wqkv[:32], want[2])
    np.testing.assert_array_equal(loaded.layers[0].wqkv[32:48], want[3].astype(np.float16))
    np.testing.assert_array_equal(loaded.layers[0].w_down, want[9])


def test_every_truncation_of_a_gguf_file_is_refused(tmp_path):
    data, path = small_gguf(), tmp_path / "cut.gguf"
    for kept in [4, 5, 23, 24, *range(30, 1500, 97), len(data) // 2, len(data) - 33]:
        path.write_bytes(data[:kept])
        with pytest.raises(lm.WeightFileError, match=r"cut\.gguf is truncated, damaged or"):
            lm.load(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"general.architecture": "qwen"}, "'qwen'; models of the kind 'llama'"),
        ({"tokenizer.ggml.pre": "llama-bpe"}, "gpt2 / llama-bpe; gpt2 / smollm"),
        ({"llama.block_count": None}, "lack what a model needs: KeyError"),
        ({"llama.block_count": 2}, "there is no tensor blk.1.attn_norm.weight"),
        ({"llama.block_count": 0}, "layers is 0"),
        ({"llama.block_count": 2**32 - 1}, "11 tensors cannot be 4294967295 layers"),
        ({"general.alignment": 0}, "truncated, damaged or of a kind"),
        ({"general.alignment": "32"}, "truncated, damaged or of a kind"),
        ({"llama.embedding_length": 64}, "has the shape"),
        ({"llama.rope.dimension_count": 4}, "rotates only a part"),
        ({"tokenizer.ggml.merges": ["a Ġ"]}, "has no token"),
        ({"tokenizer.ggml.tokens": ["<|end|>", "a", "Ġ", "Ċ", "भ"]}, "lack what a model needs"),
    ],
)
def test_gguf_files_of_another_kind_are_refused(tmp_path, changes, words):
    path = tmp_path / "other.gguf"
    path.write_bytes(small_gguf(changes))
    with pytest.raises(lm.WeightFileError, match=words):
        lm.load(path)


def small_safetensors() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x")
        save(path, tensors(), CONFIG, tokenizer(), {})
        return path.read_bytes()


WHOLE_GGUF, WHOLE_SAFETENSORS = small_gguf(), small_safetensors()


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(4, len(WHOLE_GGUF) // 8), st.binary(min_size=1, max_size=8)),
        min_size=1,
        max_size=4,
    )
)
def test_a_gguf_file_with_wrong_bytes_is_read_or_refused(tmp_path_factory, changes):
    data = bytearray(WHOLE_GGUF)
    for at, wrong in changes:
        data[at : at + len(wrong)] = wrong
    path = tmp_path_factory.mktemp("wrong") / "wrong.gguf"
    path.write_bytes(data)
    with contextlib.suppress(lm.WeightFileError, lm.OutOfMemory):
        lm.load(path)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(0, 1500), st.binary(min_size=1, max_size=8)), min_size=1, max_size=4
    )
)
def test_a_safetensors_file_with_wrong_bytes_is_read_or_refused(tmp_path_factory, changes):
    path = tmp_path_factory.mktemp("wrong") / "wrong.safetensors"
    data = bytearray(WHOLE_SAFETENSORS)
    for at, wrong in changes:
        data[at : at + len(wrong)] = wrong
    path.write_bytes(data)
    with contextlib.suppress(lm.WeightFileError, lm.OutOfMemory):
        lm.load(path)


def test_gguf_formats_that_are_not_read_are_named(tmp_path):
    path = tmp_path / "k.gguf"
    path.write_bytes(gguf_bytes(METADATA, {"x": ((256,), 12, b"\0" * 144)}))
    with pytest.raises(lm.WeightFileError, match="format number 12; read are F32, F16, Q4_1, Q8_0"):
        lm.load(path)
    path.write_bytes(gguf_bytes(METADATA, {"x": ((31,), 8, b"\0" * 34)}))
    with pytest.raises(lm.WeightFileError, match=r"shape \(31,\) cannot be Q8_0"):
        lm.load(path)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 2, 0, 0))
    with pytest.raises(lm.WeightFileError, match="version 2; version 3 is read"):
        lm.load(path)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**60))
    with pytest.raises(lm.WeightFileError, match="goes past its end"):
        lm.load(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.gguf", b"<html><body>Sign in</body></html>", "no GGUF file: it begins with <html>, a web page"),
        ("a.GGUF", b"\n<!DOCTYPE html>", "no GGUF file: .* a web page"),
        ("a.gguf", b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer, the file itself"),
        ("a.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "no safetensors file: .* pointer"),
        ("a.gguf", b"PK\x03\x04rest", "no GGUF file: it begins with b'PK"),
    ],
)  # fmt: skip
def test_what_a_download_left_in_the_place_of_weights_is_named(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(lm.WeightFileError, match=said):
        lm.load(tmp_path / name)
