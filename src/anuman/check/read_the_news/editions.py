"""Made-up articles and what is assumed about each of their claims."""

import random
from dataclasses import dataclass

from ..draws import seeded
from .judge import CONTRADICTED, DEPENDS, SAYS, SUPPORTED
from .laws import LAWS, span

SENTENCES = {
    "rupees": "The deal is {says} {value:,.0f} rupees.",
    "gpus": "Training the model takes {says} {value:,.0f} GPUs.",
    "tokens_per_s": "The chip writes {says} {value:,.4g} tokens a second for one user.",
    "megawatts": "The site draws {says} {value:,.4g} megawatts.",
    "users": "The machine holds {says} {value:,.4g} users at once.",
    "runs": "Under load the wait is {says} {value:.3g} seconds.",
    "event": "The two firms have signed.",
    "opinion": "This shows that the rival is afraid.",
}


@dataclass(frozen=True)
class Edition:
    """An article: a list of claims; assumptions: claim id -> what is assumed or found about it."""

    article: list[dict]
    assumptions: dict[str, dict]


def _assumed(draw: random.Random, quantity: str) -> dict:
    """Assumptions of a quantity; its open one is a pair."""

    def size(low: float, high: float, unit: float = 1.0) -> float:
        return float(f"{draw.uniform(low, high):.3g}") * unit

    def pair(low: float, high: float, unit: float = 1.0) -> list[float]:
        least = size(low, high)
        return [least * unit, float(f"{least * draw.uniform(1.15, 2):.3g}") * unit]

    return {
        "rupees": lambda: {"usd": size(1, 90, 1e9), "rate": pair(60, 100)},
        "gpus": lambda: {
            "n": size(10, 400, 1e9), "tokens": size(1, 20, 1e12), "peak": size(200, 900, 1e12),
            "mfu": pair(0.2, 0.4), "days": size(20, 120),
        },
        "tokens_per_s": lambda: {
            "bandwidth": pair(1, 9, 1e12), "n": size(5, 90, 1e9),
            "bytes_per_weight": draw.choice((0.5, 1, 2)),
        },
        "megawatts": lambda: {
            "chips": size(2, 90, 1e3), "watts": size(300, 1200), "overhead": pair(1.2, 1.6),
        },
        "users": lambda: {
            "memory": size(300, 900, 1e9), "weights": size(20, 200, 1e9),
            "kv_per_token": size(50, 400, 1e3), "context": pair(2, 40, 1e3),
        },
    }[quantity]()  # fmt: skip


def _stated(draw: random.Random, low: float, high: float, verdict: str) -> tuple[str, float]:
    """What an article says of a quantity between low and high, so that the verdict is this one."""
    says = draw.choice(SAYS[:2] if verdict == DEPENDS else SAYS)
    beyond = {
        DEPENDS: (low * high) ** 0.5 * (high / low) ** draw.uniform(-0.25, 0.25),
        SUPPORTED: {"at least": low / 1.2, "at most": high * 1.2}.get(says, (low * high) ** 0.5),
        CONTRADICTED: {"at least": high * 1.2, "at most": low / 1.2}.get(says, high * 1.6),
    }[verdict]
    return says, float(f"{beyond:.3g}")


def _measured(draw: random.Random, kind: str, verdict: str) -> tuple[dict, dict]:
    """(what the article says, what is assumed) of a quantity or of simulated runs."""
    if kind == "runs":
        low = float(f"{draw.uniform(0.2, 3):.3g}")
        assumed = {"simulated": [low, float(f"{low * draw.uniform(1.15, 2):.3g}")]}
        low, high = assumed["simulated"]
    else:
        assumed = _assumed(draw, kind)
        low, high = span(kind, assumed)
    says, value = _stated(draw, low, high, verdict)
    if says == "about" and verdict == SUPPORTED and high / low > 1.15:
        says, value = "at most", float(f"{high * 1.2:.3g}")
    return {"says": says, "value": value}, assumed


def _reports(draw: random.Random, at: int) -> dict:
    """Origins that say yes, and no; the party always says yes."""
    yes, no = ((draw.randint(1, 3), 0), (0, draw.randint(1, 3)), (0, 0))[at % 3]
    return {"yes": yes, "no": no, "party": draw.randint(1, 2)}


def edition(name: str, kinds: list[str], gaps: int = 0) -> Edition:
    """An article with a claim of each kind, in random order; `gaps` of its quantities have an unknown."""
    draw = seeded(f"11-read-the-news/{name}")
    verdicts = [SUPPORTED, CONTRADICTED, DEPENDS]
    article, assumptions = [], {}
    order = draw.sample(range(len(kinds)), len(kinds))
    start = draw.randrange(3)
    for place, at in enumerate(order, 1):
        kind, id = kinds[at], f"C{place}"
        stated = {"says": None, "value": None}
        if kind in LAWS or kind == "runs":
            stated, assumed = _measured(draw, kind, verdicts[(at + start) % 3])
            if at < gaps:
                assumed[draw.choice([key for key in assumed if key != LAWS[kind].open])] = None
        else:
            assumed = _reports(draw, at + start) if kind == "event" else {}
        quantity = kind if kind in LAWS else None
        text = SENTENCES[kind].format(**stated)
        article.append({"id": id, "text": text, "quantity": quantity, **stated})
        assumptions[id] = assumed
    return Edition(article, assumptions)
