"""A real language model in NumPy: read it from a file, run it, see every step.

model = lm.load()                         the course's own small model, or lm.load(path)
lm.generate(model, "Anu had", 40)         its text
for step in lm.stream(model, "Anu had"):  the same step by step, with time, FLOPs and bytes
"""

from anuman import lazy

# Module -> its public names; each module is loaded when one of them is first asked for.
__all__ = lazy.public(
    __name__,
    {
        "cache": "PAGE Cache PagedCache Pool",
        "config": "Config shapes",
        "counting": "Work counted",
        "errors": "Cancelled ContextFull LmError OutOfMemory PromptError WeightFileError",
        "generating": "Step generate generate_batch prompt_tokens stream timed_forward",
        "loading": "ANU_STORIES from_tensors load random",
        "model": "Model forward",
        "products": "matmul",
        "prompt_queue": "Queue serve",
        "quantization": "Quantized quantize",
        "quantized_model": "loss quantize_model",
        "sampling": "draw probabilities",
        "speculative": "Round first_layers speculate",
        "tokenizer": "Tokenizer pieces",
    },
)
