"""Speculative decoding: a small model drafts k tokens, the large one checks them in one step.

Source: Leviathan, Kalman and Matias, "Fast Inference from Transformers via Speculative Decoding", ICML 2023.
"""

from .arguments import not_negative, positive


def _acceptance(alpha: float) -> None:
    not_negative(alpha=alpha)
    if alpha > 1:
        raise ValueError(f"alpha is {alpha!r}: an acceptance rate is at most 1")


def expected_tokens(alpha: float, k: int) -> float:
    """Tokens a round yields: (1 - a^(k+1))/(1 - a); the checked token after the last accepted one counts too.

    alpha: probability that a drafted token is accepted; k: drafted tokens.
    """
    _acceptance(alpha)
    not_negative(k=k)
    return k + 1.0 if alpha == 1 else (1 - alpha ** (k + 1)) / (1 - alpha)


def speculative_speedup(
    alpha: float, k: int, draft_cost: float, batch: float = 1, critical_batch: float = float("inf")
) -> float:
    """Speed of decoding with speculation over speed without.

    draft_cost: time of a draft step over a step of the large model. A round costs k drafts and one check
    of k+1 tokens a sequence; the check costs one step while batch·(k+1) stays below the critical batch,
    and grows with the tokens above it.
    """
    positive(batch=batch)
    not_negative(draft_cost=draft_cost)
    if not critical_batch > 0:
        raise ValueError(f"critical_batch is {critical_batch!r}: it must be above zero")
    step = max(1.0, batch / critical_batch)
    check = max(1.0, batch * (k + 1) / critical_batch)
    return expected_tokens(alpha, k) * step / (k * draft_cost * step + check)
