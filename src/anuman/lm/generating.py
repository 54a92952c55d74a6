"""Text from a model, step by step: the prompt in chunks (prefill), then one token a step (decode).

Every step runs with one BLAS thread: its speed does not depend on what else the computer does, and can
be held against a bandwidth measured the same way.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from anuman.language import _, number
from anuman.lm.cache import Cache, PagedCache
from anuman.lm.counting import Work, counted
from anuman.lm.errors import Cancelled, LmError, PromptError
from anuman.lm.model import Model, forward
from anuman.lm.sampling import draw, probabilities

CHUNK = 256  # prompt tokens a step: enough for BLAS's full speed, small enough for the caches


@dataclass(frozen=True)
class Step:
    """One engine step of one sequence.

    kind: "prefill" or "decode".  tokens: how many went in.  context: tokens in the cache after it.
    token: the id it chose, None for a chunk that is not the prompt's last.  text: the characters that
    became complete.  seconds: its time.  work: FLOPs and bytes read.  cache_bytes: keys and values kept.
    finish: on the last step "end" (the model ended its text), "length" (max_tokens) or "context" (the
    model's context is full), else None.
    """

    kind: str
    tokens: int
    context: int
    token: int | None
    text: str
    seconds: float
    work: Work
    cache_bytes: int
    finish: str | None = None


@lru_cache(maxsize=1)
def _controller():
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_blas_thread():
    """Context in which NumPy's matrix products run with one thread."""
    return _controller().limit(limits=1, user_api="blas")


def timed_forward(model: Model, tokens, caches, every: bool = False):
    """`forward` with one BLAS thread: its logits, its time in s, its work."""
    with one_blas_thread(), counted() as work:
        start = time.perf_counter()
        logits = forward(model, tokens, caches, every)
        return logits, time.perf_counter() - start, work


def prompt_tokens(model: Model, prompt: str, chat: bool = False) -> list[int]:
    """Token ids of a prompt; with `chat` as a question in the form that the model was trained on.

    Raises PromptError when it is empty, not text, or leaves no room in the model's context.
    """
    if model.tokenizer is None:
        raise LmError("this model has no tokenizer; it can compute, but not read or write text")
    text = _as_chat(model, prompt) if chat else prompt
    tokens = model.tokenizer.encode(text, special=chat)
    if not tokens or (chat and not prompt):
        raise PromptError("the prompt is empty; give at least one character")
    if len(tokens) >= model.config.context:
        raise PromptError(
            _(
                "the prompt has {count} tokens; the model's context of {context} must hold it and at "
                "least one more. Shorten it"
            ).format(count=number(len(tokens)), context=number(model.config.context))
        )
    return tokens


def _as_chat(model: Model, question: str) -> str:
    template = model.about.get("tokenizer.chat_template")
    if template is None:
        raise LmError("this model was not trained on questions and answers; use it without chat")
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if any(name in question for name in model.tokenizer.special):
        raise PromptError("the question holds the name of a special token; leave it out")
    messages = [{"role": "user", "content": question}]
    compiled = ImmutableSandboxedEnvironment(keep_trailing_newline=True).from_string(template)
    return compiled.render(messages=messages, add_generation_prompt=True)


def chunks(tokens: Sequence[int], size: int = CHUNK) -> list[Sequence[int]]:
    """The prompt in pieces of at most `size` tokens."""
    if size < 1:
        raise LmError(f"a chunk of {size} tokens; at least 1 is needed")
    return [tokens[i : i + size] for i in range(0, len(tokens), size)]


def stream(
    model: Model,
    prompt: str,
    max_tokens: int = 64,
    temperature: float = 0.0,
    seed: int = 0,
    *,
    top_k: int | None = None,
    top_p: float = 1.0,
    chat: bool = False,
    chunk: int = CHUNK,
    cache: Cache | PagedCache | None = None,
) -> Iterator[Step]:
    """Generate step by step; stop taking steps to stop generating.

    temperature 0 takes the likeliest token each time, more than 0 draws with `seed`. chunk: prompt
    tokens a step. cache: an empty one to use instead of an own. Faults in the arguments are raised at
    once, before the first step: PromptError, LmError, OutOfMemory.
    """
    tokens = prompt_tokens(model, prompt, chat)
    probabilities(np.zeros(2), temperature, top_k, top_p)
    if max_tokens < 1:
        raise LmError(f"max_tokens is {max_tokens}; at least 1 is needed")
    longest = min(len(tokens) + max_tokens, model.config.context)
    cache = Cache(model.config, longest) if cache is None else cache
    random = np.random.default_rng(seed)

    def choose(logits: np.ndarray) -> int:
        return draw(probabilities(logits, temperature, top_k, top_p), random)

    return _steps(model, chunks(tokens, chunk), max_tokens, choose, cache)


def _steps(
    model: Model,
    parts: Sequence[Sequence[int]],
    max_tokens: int,
    choose: Callable[[np.ndarray], int],
    cache: Cache | PagedCache,
) -> Iterator[Step]:
    decoder = model.tokenizer.decoder()
    ends = set(model.tokenizer.special.values())
    for part in parts[:-1]:
        _logits, seconds, work = timed_forward(model, [part], [cache])
        yield Step("prefill", len(part), cache.length, None, "", seconds, work, cache.used_bytes)
    kind, new, written, finish = "prefill", parts[-1], 0, None
    while finish is None:
        logits, seconds, work = timed_forward(model, [new], [cache])
        token = choose(logits[0])
        written += 1
        if token in ends:
            finish = "end"
        elif written == max_tokens:
            finish = "length"
        elif cache.length == model.config.context:
            finish = "context"
        text = "" if token in ends else decoder.add(token)
        text += decoder.end() if finish else ""
        yield Step(
            kind, len(new), cache.length, token, text, seconds, work, cache.used_bytes, finish
        )
        kind, new = "decode", [token]


def generate(
    model: Model,
    prompt: str,
    max_tokens: int = 64,
    temperature: float = 0.0,
    seed: int = 0,
    *,
    show: Callable[[str], object] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    **settings,
) -> str:
    """The text that the model writes after the prompt; further settings as in `stream`.

    show: gets every piece of text as it comes. Raises Cancelled, with the text so far, when
    `cancelled()` is true after a step.
    """
    text = ""
    for step in stream(model, prompt, max_tokens, temperature, seed, **settings):
        text += step.text
        if show and step.text:
            show(step.text)
        if step.finish is None and cancelled():
            raise Cancelled(text)
    return text


def generate_batch(
    model: Model,
    prompts: Sequence[str],
    max_tokens: int = 64,
    temperature: float = 0.0,
    seed: int = 0,
    *,
    chat: bool = False,
    show: Callable[[int, float, Work], object] | None = None,
) -> list[str]:
    """The texts of several prompts of any lengths, decoded together; one that ends leaves the batch.

    Sequence i draws with seed + i. show: gets (sequences, seconds, work) of every decode step.
    """
    every = [prompt_tokens(model, prompt, chat) for prompt in prompts]
    if max_tokens < 1:
        raise LmError(f"max_tokens is {max_tokens}; at least 1 is needed")
    context, ends = model.config.context, set(model.tokenizer.special.values())
    randoms = [np.random.default_rng(seed + i) for i in range(len(every))]
    caches = [Cache(model.config, min(len(t) + max_tokens, context)) for t in every]
    written: list[list[int]] = [[] for _every in every]

    def choose(i: int, logits: np.ndarray) -> bool:
        token = draw(probabilities(logits, temperature), randoms[i])
        if token not in ends:
            written[i].append(token)
        return not (token in ends or len(written[i]) == max_tokens or caches[i].length == context)

    running = []
    for i, tokens in enumerate(every):
        for part in chunks(tokens):
            logits, _seconds, _work = timed_forward(model, [part], [caches[i]])
        if choose(i, logits[0]):
            running.append(i)
    while running:
        logits, seconds, work = timed_forward(
            model, [written[i][-1:] for i in running], [caches[i] for i in running]
        )
        if show:
            show(len(running), seconds, work)
        running = [i for i, row in zip(running, logits, strict=True) if choose(i, row)]
    return [model.tokenizer.decode(tokens) for tokens in written]
