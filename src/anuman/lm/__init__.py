"""A real language model in NumPy: read it from a file, run it, see every step.

model = lm.load()                         the course's own small model, or lm.load(path)
lm.generate(model, "Anu had", 40)         its text
for step in lm.stream(model, "Anu had"):  the same step by step, with time, FLOPs and bytes
"""

from anuman.lm.cache import PAGE, Cache, PagedCache, Pool
from anuman.lm.config import Config, shapes
from anuman.lm.counting import Work, counted
from anuman.lm.errors import (
    Cancelled,
    ContextFull,
    LmError,
    OutOfMemory,
    PromptError,
    WeightFileError,
)
from anuman.lm.generating import (
    Step,
    generate,
    generate_batch,
    prompt_tokens,
    stream,
    timed_forward,
)
from anuman.lm.loading import ANU_STORIES, from_tensors, load, random, save
from anuman.lm.model import Model, forward
from anuman.lm.products import matmul
from anuman.lm.prompt_queue import Queue, serve
from anuman.lm.quantization import Quantized, quantize
from anuman.lm.quantized_model import loss, quantize_model
from anuman.lm.sampling import draw, probabilities
from anuman.lm.speculative import Round, first_layers, speculate
from anuman.lm.tokenizer import Tokenizer, pieces

__all__ = [
    "ANU_STORIES",
    "PAGE",
    "Cache",
    "Cancelled",
    "Config",
    "ContextFull",
    "LmError",
    "Model",
    "OutOfMemory",
    "PagedCache",
    "Pool",
    "PromptError",
    "Quantized",
    "Queue",
    "Round",
    "Step",
    "Tokenizer",
    "WeightFileError",
    "Work",
    "counted",
    "draw",
    "first_layers",
    "forward",
    "from_tensors",
    "generate",
    "generate_batch",
    "load",
    "loss",
    "matmul",
    "pieces",
    "probabilities",
    "prompt_tokens",
    "quantize",
    "quantize_model",
    "random",
    "save",
    "serve",
    "shapes",
    "speculate",
    "stream",
    "timed_forward",
]
