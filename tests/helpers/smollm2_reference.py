"""Records what llama.cpp computes with SmolLM2-135M-Instruct, for tests/lm/test_lm_smollm2.py.

    python -m venv /tmp/reference
    /tmp/reference/bin/pip install llama-cpp-python==0.3.36 numpy      (compiles llama.cpp)
    /tmp/reference/bin/python tests/helpers/smollm2_reference.py FILE.gguf

FILE.gguf is what `anuman lm fetch` stores. Writes tests/data/smollm2_reference.json: for each prompt
its tokens, and after every token the two best next tokens with their logits.

llama.cpp rounds the inputs of products with Q4_1 weights to 8 bits, which moves logits by up to 1. So
it first turns the file's weights into F32 and then computes with those, and with an F32 KV cache.
"""

import ctypes
import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parents[1]
PROMPTS = {
    "english": "The monsoon reached Kerala on the first of June, and by evening every street in",
    "question": "<|im_start|>user\nWhat is the capital of India?<|im_end|>\n<|im_start|>assistant\n",
    "contractions": "She'll say we're late; they've left, I'm sure it's John's fault.  Isn't it?",
    "hindi": "भारत की राजधानी नई दिल्ली है और यहाँ लगभग दो करोड़ लोग रहते हैं।",
    "hinglish": "Yeh gaadi किलोमीटर per litre में 21.5 का mileage देती है, १२३ रुपये।",
    "code": "def fibonacci(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return",
    "emoji": "I love mangoes 🥭🥭 and my family 👨‍👩‍👧‍👦 loves cricket 🏏! 🇮🇳",
    "numbers": "In 2024, 1,234,567 people paid ₹99.50 each; ½ of 10² is 50.",
    "spaces": "a  b   c\t\td \n\n  e\r\n f  ",
    "scripts": "Привет мир, 你好世界, שלום, ñandú, naïve, straße, ＡＢＣ, Ⅳ, ①",
}


def main(path: str) -> None:
    import llama_cpp
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        exact = str(Path(folder, "f32.gguf"))
        settings = llama_cpp.llama_model_quantize_default_params()
        settings.ftype, settings.allow_requantize = llama_cpp.LLAMA_FTYPE_ALL_F32, True
        status = llama_cpp.llama_model_quantize(
            path.encode(), exact.encode(), ctypes.byref(settings)
        )
        assert status == 0, f"llama_model_quantize gave {status}"
        model = llama_cpp.Llama(
            exact,
            n_ctx=512,
            logits_all=True,
            n_threads=1,
            type_k=llama_cpp.GGML_TYPE_F32,
            type_v=llama_cpp.GGML_TYPE_F32,
            flash_attn=False,
            verbose=False,
        )
    found = {}
    for name, text in PROMPTS.items():
        tokens = model.tokenize(text.encode(), add_bos=False, special=name == "question")
        model.reset()
        model.eval(tokens)
        logits = np.array(model.scores[: len(tokens)])
        best = np.argsort(-logits, axis=-1)[:, :2]
        values = np.take_along_axis(logits, best, axis=-1)
        found[name] = {
            "text": text,
            "special": name == "question",
            "tokens": tokens,
            "best": best.tolist(),
            "logits": np.round(values.astype(float), 4).tolist(),
        }
    record = {"engine": f"llama-cpp-python {llama_cpp.__version__}", "prompts": found}
    out = HERE / "data" / "smollm2_reference.json"
    lines = json.dumps(record, ensure_ascii=False, indent=1)
    out.write_text(lines + "\n", encoding="utf-8")
    print(f"{out}: {sum(len(p['tokens']) for p in found.values())} tokens")


if __name__ == "__main__":
    main(sys.argv[1])
