"""Words that several widgets share: a percentage, formats of weights, names of policies."""

from anuman.language import _, number


def percent(share: float | None) -> str:
    """A share as a percentage with a space before the sign."""
    return number(share if share is None else 100 * share) + ("" if share is None else " %")


def bytes_per_weight_options() -> list[tuple[str, float]]:
    """Formats of a stored weight, with its bytes."""
    return [
        (_("4 (fp32)"), 4.0),
        (_("2 (bf16)"), 2.0),
        (_("1 (8 bits)"), 1.0),
        (_("0.5625 (4 bits with scales)"), 0.5625),
    ]


def policy_name(policy: str) -> str:
    """A policy's name for people."""
    return {
        "continuous": _("continuous, prompts beside answers"),
        "chunked": _("continuous, prompts in chunks"),
        "prefill-first": _("continuous, prompts first"),
        "static-timeout": _("static, after 1 s at the latest"),
        "one-at-a-time": _("one at a time"),
        "shortest-first": _("continuous, shortest answer first"),
        "paged": _("continuous, paged memory"),
        "static": _("static, full batches"),
        "prefix-cache": _("continuous, shared beginnings kept"),
        "disaggregated": _("prompts on a second machine"),
    }[policy]
