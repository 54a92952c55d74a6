"""A deployment that serves many requests at once: throughput, and time per token at a given load.

In the steady state every finished sequence is replaced, so each step that advances B sequences also
reads the prompts of B/out new ones (continuous batching: Yu et al., "Orca", OSDI 2022; prompts beside
decodes: Agrawal et al., "Sarathi-Serve", OSDI 2024).
"""

from dataclasses import dataclass
from math import floor

from .arguments import positive
from .deployment import Deployment
from .placement import DoesNotFit


@dataclass(frozen=True)
class Saturated:
    """A named state: the offered load is beyond what the deployment can serve, so its queue grows.

    growth: requests by which the queue grows each second.
    """

    capacity: float
    offered: float

    @property
    def growth(self) -> float:
        return self.offered - self.capacity


def steady_step(d: Deployment, batch: float, prompt: float, output: float) -> float:
    """Mean seconds between a sequence's tokens in the steady state: `batch` decodes, batch/output newcomers a step.

    Prompts come whole: with fewer than one newcomer a step, only that share of the steps reads a prompt,
    all of it. An engine that does not mix reads it in a step of its own, for which the others wait. With pp
    stages, as many groups of batch/pp are under way, one in each stage (GPipe: Huang et al., 2019).
    """
    batch = max(batch / d.pp, min(batch, 1.0))
    arrivals = batch / output
    mean = prompt + output / 2  # length of a sequence
    if arrivals >= 1 and prompt > 0 and d.engine.mixes_prompts:  # every step reads some
        fixed, slope = d.affine(batch, arrivals * prompt, arrivals * prompt**2 / 2, mean)
        step = fixed + slope * batch * mean
        return step if d.ep == 1 else step + d.uneven_prompts_s(arrivals, prompt)
    fixed, slope = d.affine(batch, context=mean)
    plain = fixed + slope * batch * mean
    if prompt <= 0:
        return plain
    readers = max(1.0, arrivals)
    tokens, pairs = readers * prompt, readers * prompt**2 / 2
    if d.engine.mixes_prompts:
        reading = arrivals * (d.affine(batch, tokens, pairs, mean)[0] - fixed)
        return plain + reading + d.uneven_prompts_s(arrivals, prompt)
    return plain + min(1.0, arrivals) * d.affine(0, tokens, pairs)[0]


def max_batch(d: Deployment, prompt: float, output: float) -> int:
    """Sequences that the memory holds at once, at most the engine's own limit.

    (0.9·n·M - w·N) / (kv·length): length is the whole prompt + output where the engine reserves it,
    else the mean occupancy prompt + 0.6·output. The engine's limit counts all chips of a group. Raises DoesNotFit when not even one fits.
    """
    positive(prompt=prompt + 1, output=output)
    length = prompt + (output if d.engine.reserves_output else 0.6 * output)
    fits = floor(d.kv_room / d.kv_bytes(length))
    if fits < 1:
        raise DoesNotFit(
            f"not one request of {length:.0f} tokens fits: its KV cache needs "
            f"{d.kv_bytes(length) / 1e9:.4g} GB, {d.kv_room / 1e9:.4g} GB are free"
        )
    return max(1, min(fits, d.engine.max_batch // d.ep))


def static_throughput(d: Deployment, batch: float, prompt: float, output: float) -> float:
    """Output tokens a second of a batch that starts and ends together: B·out/(prompts + out steps)."""
    return batch * output / d.end_to_end(batch, prompt, output)


def continuous_throughput(d: Deployment, batch: float, prompt: float, output: float) -> float:
    """Output tokens a second when every finished sequence is replaced at once: B/step."""
    return batch / steady_step(d, batch, prompt, output)


def offline_throughput(d: Deployment, prompt: float, output: float) -> float:
    """Output tokens a second with an endless queue: the largest batch that the memory holds."""
    return continuous_throughput(d, max_batch(d, prompt, output), prompt, output)


def _root(rising, low: float, high: float) -> float:
    """x in [low, high] with rising(x) = 0, or the end nearer to it (the Illinois method).

    rising: a residual without unit, of the order of 1; it ends within 1e-12.
    """
    at_low, at_high = rising(low), rising(high)
    if at_low >= 0:
        return low
    if at_high <= 0:
        return high
    side = 0
    for _ in range(100):
        x = (low * at_high - high * at_low) / (at_high - at_low)
        at_x = rising(x)
        if abs(at_x) <= 1e-12 or high - low <= 1e-12 * high:
            return x
        if at_x < 0:
            low, at_low = x, at_x
            at_high = at_high / 2 if side < 0 else at_high
            side = -1
        else:
            high, at_high = x, at_x
            at_low = at_low / 2 if side > 0 else at_low
            side = 1
    return (low + high) / 2


def rate_at_tpot(d: Deployment, tpot_s: float, prompt: float, output: float) -> float:
    """Requests a second that give this mean TPOT; 0 when even one user sees a longer one.

    Little's law: the batch whose step lasts tpot_s leaves at rate batch/(output·tpot).
    """
    positive(tpot_s=tpot_s, prompt=prompt, output=output)
    most = max_batch(d, prompt, output)
    if steady_step(d, 1e-6, prompt, output) > tpot_s:
        return 0.0
    batch = _root(lambda b: steady_step(d, b, prompt, output) / tpot_s - 1, 1e-6, most)
    return batch / (output * tpot_s)


def tpot_at_rate(d: Deployment, rate: float, prompt: float, output: float) -> float | Saturated:
    """Mean seconds per output token at `rate` requests a second, or Saturated.

    Solves batch = rate·output·step(batch), Little's law over the decoding sequences.
    """
    positive(rate=rate, prompt=prompt, output=output)
    most = max_batch(d, prompt, output)
    capacity = most / (output * steady_step(d, most, prompt, output))
    if rate >= capacity:
        return Saturated(capacity, rate)
    leaving = rate * output  # tokens a second
    least = leaving * steady_step(
        d, 1e-9, prompt, output
    )  # a step never gets shorter with its batch
    batch = _root(lambda b: (b - leaving * steady_step(d, b, prompt, output)) / most, least, most)
    return steady_step(d, batch, prompt, output)
