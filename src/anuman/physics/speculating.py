"""A row whose software drafts tokens: how many a round yields, and what a round takes."""

import re
from dataclasses import dataclass

from .conditions import Conditions
from .deployment import Deployment
from .speculation import expected_tokens

# Second tokens that DeepSeek-V3's own prediction module gets accepted: DeepSeek-AI, "DeepSeek-V3", 2024, section 5.4.3.
MTP_ACCEPTANCE = 0.85
KINDS = ("MTP", "EAGLE", "speculative")


@dataclass(frozen=True)
class Drafting:
    """k tokens are drafted by one extra layer and checked in one step; each is accepted with this probability."""

    k: int
    acceptance: float

    def tpot(self, d: Deployment, batch: float, context: float) -> float:
        """Seconds per token: a step over k + 1 tokens a sequence and k passes of the drafting layer, over the tokens they yield.

        Source: Leviathan et al., 2023; for a layer of the model's own as the drafter, DeepSeek-AI, "DeepSeek-V3", 2024.
        """
        fixed, slope = d.affine(batch * (self.k + 1), context=context)
        check = fixed + slope * batch * context  # the cache is read once for all k + 1 tokens
        draft = self.k * d.decode_step(batch, context) / d.model.layers
        return (check + draft) / expected_tokens(self.acceptance, self.k)


def drafting(c: Conditions) -> Drafting | None:
    """What the row's software or note says of drafting; None where it says nothing, or of EAGLE no acceptance."""
    text = f"{c.software} {c.note}"
    kind = next((word for word in KINDS if re.search(rf"\b{word}", text)), None)
    if kind is None or re.search(r"\b(no|without) (MTP|EAGLE|specul)", text):
        return None
    tokens = re.search(
        r"\b(?:k ?= ?|MTP-?|num_speculative_tokens ?= ?)(\d)\b|\b(\d) (?:draft|MTP)", text
    )
    k = int(next(filter(None, tokens.groups()))) if tokens else 1
    share = re.search(r"accept\w*[^\d%]{0,20}([\d.]+) ?(%?)|([\d.]+) ?(%) accept", text)
    if share is None:
        return Drafting(k, MTP_ACCEPTANCE) if kind == "MTP" else None
    value = float(share[1] or share[3])
    value = value / 100 if (share[2] or share[4]) else value
    return Drafting(k, value) if 0 <= value <= 1 else None
