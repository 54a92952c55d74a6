"""A fact checker's report: how it is read, what can be wrong with an entry, and what it earns."""

from dataclasses import dataclass
from typing import Any

from ..labels import label
from ..result import RETURNS_NONE, Field, Unreadable, is_a, kind, real
from ..words import N_, Message
from .judge import NOT_CHECKABLE, SPELLINGS

COVER = 8  # claims of a long article that are enough
NARROW = 1.2  # times as wide, in high/low, as the assumptions allow
NEAR = 0.01
EACH = {"test": 0.1, "interval": 0.3, "verdict": 0.6}  # of a claim with a number

TEST = label("test", "arithmetic", "simulation", ("source", "sources"), SPELLINGS[3])
VERDICT = label("verdict", *SPELLINGS)


@dataclass(frozen=True)
class Entry:
    """What a report says of one claim, or what is right; None where it says nothing that can be read."""

    id: str
    test: str | None = None
    low: float | None = None
    high: float | None = None
    verdict: str | None = None
    flips_at: float | None = None


Report = tuple[Entry, ...]


def _text(value: Any, field: Field) -> str | None:
    try:
        return field.read(value)
    except Unreadable:
        return None


def _number(value: Any) -> float | None:
    try:
        return None if value is None else real(value)
    except Unreadable:
        return None


def _entry(raw: Any) -> Entry:
    if not is_a(raw, dict):
        raise Unreadable(
            Message(
                N_("The report must be a list of dictionaries; one of its entries is {kind}."),
                {"kind": kind(raw)},
            )
        )
    if not is_a(dict.get(raw, "id"), str):
        raise Unreadable(
            Message(N_('Every entry of the report needs the "id" of its claim, as a text.'))
        )
    low, high, flips = (_number(dict.get(raw, name)) for name in ("low", "high", "flips_at"))
    return Entry(
        str.__str__(raw["id"]), _text(dict.get(raw, "test"), TEST), low, high,
        _text(dict.get(raw, "verdict"), VERDICT), flips,
    )  # fmt: skip


def read(value: Any) -> tuple[Report, ...]:
    """The reports of all editions, as `job` collects them."""
    reports = []
    for report in value:
        if report is None:
            raise Unreadable(RETURNS_NONE)
        base = next((one for one in (list, tuple) if is_a(report, one)), None)
        if base is None:
            raise Unreadable(
                Message(
                    N_(
                        "The function returned {kind}; it must return a list of dictionaries, one a claim."
                    ),
                    {"kind": kind(report)},
                )
            )
        reports.append(tuple(map(_entry, base.__iter__(report))))
    return tuple(reports)


def near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= NEAR * abs(other)


def _alike(one: Entry, other: Entry) -> bool:
    words = (one.id, one.test, one.verdict) == (other.id, other.test, other.verdict)
    numbers = ((one.low, other.low), (one.high, other.high), (one.flips_at, other.flips_at))
    return words and all(near(a, b) for a, b in numbers)


def same(one: tuple[Report, ...], other: tuple[Report, ...]) -> bool:
    return len(one) == len(other) and all(
        len(a) == len(b) and all(map(_alike, a, b)) for a, b in zip(one, other, strict=True)
    )


# What can be wrong with an entry, in words that do not give the answer away.
FAULTS = {
    "test": N_("wrong test"),
    "none": N_("no interval"),
    "order": N_("low is above high"),
    "misses": N_("the interval leaves out what the assumptions allow"),
    "wide": N_("the interval is wider than the assumptions"),
    "verdict": N_("wrong verdict"),
    "flips": N_("flips_at"),
}


def faults(found: Entry, right: Entry) -> list[str]:
    """Keys of FAULTS. A claim without a number has one at most; where nothing can be checked any test counts."""
    if right.low is None:
        if found.verdict != right.verdict:
            return ["verdict"]
        return ["test"] if found.test != right.test and right.verdict != NOT_CHECKABLE else []
    wrong = [] if found.test == right.test else ["test"]
    interval = _interval_fault(found, right)
    if interval:
        wrong.append(interval)
    if found.verdict != right.verdict:
        wrong.append("verdict")
    elif right.flips_at is not None and not near(found.flips_at, right.flips_at):
        wrong.append("flips")
    return wrong


def _interval_fault(found: Entry, right: Entry) -> str:
    if found.low is None or found.high is None:
        return "none"
    if found.low > found.high:
        return "order"
    if found.low > right.low * (1 + NEAR) or found.high < right.high * (1 - NEAR):
        return "misses"
    too_wide = found.low <= 0 or found.high / found.low > NARROW * right.high / right.low
    return "wide" if too_wide else ""


def earned(found: Entry, right: Entry) -> float:
    """Share of a claim's worth. The verdict counts only beside a right interval, half of it for flips_at."""
    wrong = set(faults(found, right))
    if right.low is None:
        return 0.0 if wrong else 1.0
    share = 0.0 if "test" in wrong else EACH["test"]
    if wrong & {"none", "order", "misses", "wide"}:
        return share
    share += EACH["interval"]
    if "verdict" in wrong:
        return share
    return share + EACH["verdict"] * (0.5 if "flips" in wrong else 1)


def score(found: Report, right: Report) -> float:
    """Share earned of one article: of COVER claims, or all it has; more claims if more were reported."""
    asked = {one.id: one for one in right}
    known = {one.id: one for one in reversed(found) if one.id in asked}
    sum_of_shares = sum(earned(one, asked[id]) for id, one in known.items())
    return sum_of_shares / max(min(COVER, len(right)), len(found))
