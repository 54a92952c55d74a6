"""FLOPs of a transformer. N_a: active parameters (all of them in a dense model)."""

from .arguments import not_negative, positive


def forward_flops(
    n_active: float, tokens: float, layers: int = 0, attention_width: int = 0, context: float = 0
) -> float:
    """FLOPs of reading `tokens` tokens: 2·N_a, plus 4·L·(heads·head_dim)·S for attention, each.

    context: positions that each token attends to (half the prompt's length on average in a causal
    prefill). Source: Kaplan et al., "Scaling Laws for Neural Language Models", 2020, table 1.
    """
    positive(n_active=n_active)
    not_negative(tokens=tokens, layers=layers, attention_width=attention_width, context=context)
    return (2 * n_active + 4 * layers * attention_width * context) * tokens


def training_flops(
    n_active: float, tokens: float, layers: int = 0, attention_width: int = 0, context: float = 0
) -> float:
    """FLOPs of training on `tokens` tokens: the backward pass costs twice the forward, so 6·N_a·D.

    With layers, attention_width and context it adds 12·L·(heads·head_dim)·S a token, as Chowdhery
    et al. count it ("PaLM", 2022, appendix B).
    """
    return 3 * forward_flops(n_active, tokens, layers, attention_width, context)
