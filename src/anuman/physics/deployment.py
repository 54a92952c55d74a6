"""One model on chips of one kind: the time of a step, of a prompt, of an answer.

A step advances B sequences by one token each and may read T prompt tokens beside them. Its time is the
sum over layers of four parts, each a formula of its own module: products of weights (kernels), small
element-by-element kernels, attention over the KV cache, and the all-reduces of tensor parallelism.
"""

from functools import cached_property
from math import inf
from statistics import NormalDist

from .arguments import positive
from .placement import Placement
from .rates import Rates


class Deployment(Placement):
    """A model on `tp` chips that share every layer, in `pp` stages of consecutive layers, and its times.

    Arguments are those of Placement.
    """

    @cached_property
    def _rates(self) -> Rates:
        return Rates(self)

    def linear_s(self, tokens: float, sampled: float) -> float:
        """Seconds of everything but attention over the cache: `tokens` pass the layers, `sampled` the head."""
        return self._rates.linear_s(tokens, sampled)

    def passing_s(self, tokens: float = 1) -> float:
        """Seconds of a step of so many tokens in which chips wait for each other: exchanges, or hops."""
        return self._rates.passing_s(tokens)

    def affine(
        self,
        decodes: float,
        prefill_tokens: float = 0,
        prefill_pairs: float = 0.0,
        context: float | None = None,
    ) -> tuple[float, float]:
        """(fixed seconds, seconds per token of context) of one step.

        The step takes fixed + slope · (sum of the decoding sequences' context lengths). context: the mean
        of these, which says whether windows are full; unknown, short ones are taken to be.
        prefill_pairs: query-key pairs of the prompt tokens' causal attention, S²/2 for a whole prompt.
        """  # fmt: skip
        k = self._rates
        fixed = self.engine.step_s + k.linear_s(decodes + prefill_tokens, decodes or 1)
        if self.ep > 1:
            fixed = k.overlapped_s(fixed, decodes, prefill_tokens)
        if prefill_tokens:
            pairs_s = (
                prefill_pairs * k.pair_s
                if k.cap == inf
                else k.pairs_s(prefill_tokens, prefill_pairs)
            )
            fixed += k.prefill_start_s + pairs_s
        if not decodes:
            return fixed, 0.0
        if k.cap == inf:
            return fixed + k.attention_start_s, k.context_token_s
        windows, slope = k.context_s(decodes, context)
        return fixed + k.attention_start_s + windows, slope

    @cached_property
    def _largest_of_group(self) -> float:
        return NormalDist().inv_cdf((self.ep - 0.375) / (self.ep + 0.25))

    def uneven_prompts_s(self, arrivals: float, prompt: float) -> float:
        """Seconds a step waits for the chip of an expert-parallel group that most prompts came to, `arrivals` on average.

        The largest of n Poisson counts: mean + Blom's score of n times the standard deviation, at most all n.
        Source: Blom, "Statistical Estimates and Transformed Beta-Variables", 1958.
        """
        if self.ep == 1:
            return 0.0
        more = min((self.ep - 1) * arrivals, self._largest_of_group * arrivals**0.5)
        return more * self._rates.own_prompt_s(prompt, prompt**2 / 2)

    def decode_step(self, batch: float, context: float) -> float:
        """Seconds in which `batch` sequences of mean length `context` tokens get one token each."""
        fixed, slope = self.affine(batch, context=context)
        return fixed + slope * batch * context

    def prefill(self, prompt: float, batch: float = 1, chunk: float | None = None) -> float:
        """Seconds to read `batch` prompts of `prompt` tokens, in pieces of `chunk` tokens if given.

        A later piece attends to all earlier ones, so the pairs add up to S²/2 however it is cut.
        """
        positive(prompt=prompt, batch=batch)
        pieces = max(1.0, batch * prompt / chunk) if chunk else 1.0
        tokens, pairs = batch * prompt / pieces, batch * prompt**2 / 2 / pieces
        return pieces * self.affine(0, tokens, pairs)[0]

    # --- what a user notices ---------------------------------------------------------------------

    # A batch on pp stages is cut into as many groups, so that all stages work: GPipe's m micro-batches, m = min(pp, B).

    def ttft(self, prompt: float, batch: float = 1) -> float:
        """Seconds to the batch's first tokens on an idle machine: reading its prompts, (m + p - 1)/p passes of a group."""
        groups = max(1.0, min(self.pp, batch))
        return (groups + self.pp - 1) / self.pp * self.prefill(prompt, batch / groups)

    def tpot(self, batch: float, prompt: float, output: float) -> float:
        """Seconds per output token after the first, at the mean context prompt + output/2."""
        group = max(batch / self.pp, min(batch, 1.0))
        return self.decode_step(group, prompt + output / 2)

    def end_to_end(self, batch: float, prompt: float, output: float) -> float:
        """Seconds from request to last token of a batch that starts and ends together."""
        return self.ttft(prompt, batch) + (output - 1) * self.tpot(batch, prompt, output)
