"""The capstone: a whole article checked, claim by claim, with honest intervals and honest doubt."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..result import Field, Result
from ..score import Scored
from ..task import Case, Misconception, Part
from ..words import N_, Message
from .checker import checked, fact_check, measured, nothing
from .editions import Edition, edition
from .judge import CONTRADICTED, SUPPORTED, by_the_middle
from .report import FAULTS, Entry, Report, faults, read, same, score

GRAIN = 1 / 16  # of a point: sums of such parts are exact
CASE_SECONDS = 6.0  # for several articles, each perhaps in another process


@dataclass(frozen=True)
class FactCheck(Scored):
    """A task whose function checks an article; a case is a tuple of editions, its value all the reports."""

    @property
    def seconds(self) -> float:
        return CASE_SECONDS

    @property
    def case_names(self) -> tuple[str, ...]:
        return ("editions",)

    def job(self, function: Callable) -> Callable:
        """The function's reports on all editions."""
        return lambda editions: [function(one.article, one.assumptions) for one in editions]

    def _right(self, case: Case) -> tuple[Report, ...]:
        return read(self.goal(case))

    def worth(self, part: Part, found: list[tuple | None], all_right: bool) -> float:
        """Points grow with the claims that are right."""
        if all_right:
            return part.points
        ((case, one),) = zip(part.cases, found, strict=True)
        return math.floor(part.points * self._share(case, one) / GRAIN) * GRAIN

    def _share(self, case: Case, found: tuple | None) -> float:
        """Mean share earned of a case's articles."""
        if not found:
            return 0.0
        shares = map(score, found[0], self._right(case))
        return sum(shares) / len(case[0])

    def remarks(self, case: Case, found: tuple | None) -> list[Message]:
        """What share of these articles is earned, and what is wrong with claims of which kind."""
        share = self._share(case, found)
        if not found or share >= 1 - 1e-9:
            return []
        name = next(part.name for part in self.parts if case in part.cases)
        fields = {"articles": Message(name), "count": len(case[0]), "share": f"{100 * share:.0f}"}
        head = Message(N_("{articles} ({count}): {share} % earned."), fields)
        wrong: dict[str, dict[str, None]] = {}
        for one, report, right in zip(case[0], found[0], self._right(case), strict=True):
            kinds = {claim["id"]: _kind_of(one, claim) for claim in one.article}
            asked = {entry.id: entry for entry in right}
            for entry in report:
                for fault in faults(entry, asked[entry.id]) if entry.id in asked else ():
                    wrong.setdefault(fault, {})[kinds[entry.id]] = None
        return [head, *(_off(fault, list(where)) for fault, where in wrong.items())]

    def shown(self, case: Case, found: tuple | None, problem: Message | None) -> list[Message]:
        """A worked example, claim by claim, the learner's entry beside the right one."""
        if problem:
            return [problem, *(_should(one) for one in self._right(case)[0])]
        messages = []
        for right in self._right(case)[0]:
            mine = next((one for one in found[0][0] if one.id == right.id), None)
            if mine is None or faults(mine, right):
                messages.append(_should(right, mine))
            else:
                messages.append(Message(N_("{id}: right."), {"id": right.id}))
        return messages


def _kind_of(one: Edition, claim: Mapping) -> str:
    """What a claim speaks of: its quantity, or the names of what is assumed about it."""
    return claim["quantity"] or ", ".join(one.assumptions[claim["id"]]) or "{}"


def _off(fault: str, kinds: list[str]) -> Message:
    fields = {"fault": Message(FAULTS[fault]), "kinds": "; ".join(kinds)}
    return Message(N_("{fault}, for claims about: {kinds}."), fields)


def _values(entry: Entry) -> str:
    """An entry in one line."""
    numbers = [
        "None" if value is None else f"{value:.5g}"
        for value in (entry.low, entry.high, entry.flips_at)
    ]
    return f"{entry.test}, {numbers[0]}, {numbers[1]}, {entry.verdict}, {numbers[2]}"


def _should(right: Entry, mine: Entry | None = None) -> Message:
    fields = {"id": right.id, "right": _values(right), "mine": _values(mine) if mine else ""}
    if mine is None:
        return Message(N_("{id}: it should give {right}."), fields)
    return Message(N_("{id}: {mine}; it should give {right}."), fields)


SHORT = ["rupees", "gpus", "event", "opinion"]
OTHERS = ["megawatts", "users", "tokens_per_s", "runs"]
MANY = ["rupees", "gpus", "megawatts", "users", "tokens_per_s", "runs", "runs", "event", "event"]
LONG = [*MANY, "event", "opinion", "rupees"]
SHORTS = tuple(
    edition(f"short {at}", [*SHORT, kind] if at % 2 else [*OTHERS, "event"])
    for at, kind in enumerate((*OTHERS, *OTHERS[:2]))
)
LONGS = tuple(edition(f"long {at}", LONG) for at in range(3))
GAPS = tuple(edition(f"gaps {at}", MANY[:5] + MANY[-1:], gaps=3) for at in range(3))
EXAMPLE = edition("example 2", ["users", "gpus", "runs", "event", "opinion"], gaps=1)


def _measured_with(**changes: Callable) -> Callable:
    """A checker whose entries with a number are changed: key -> what takes the entry, claim, assumptions."""

    def entry_of(claim: Mapping, assumed: Mapping) -> dict:
        entry = measured(claim, assumed)
        return entry | {key: change(entry, claim, assumed) for key, change in changes.items()}

    return checked(entry_of)


def _points(claim: Mapping, assumed: Mapping) -> dict:
    entry = measured(claim, assumed, by_the_middle)
    middle = (entry["low"] * entry["high"]) ** 0.5
    return entry | {"low": middle, "high": middle}


def _ends_in_order(claim: Mapping, assumed: Mapping) -> dict:
    """low from the low assumption, also where more of it makes less."""
    entry = measured(claim, assumed)
    falling = claim["quantity"] in ("gpus", "users")
    return entry | {"low": entry["high"], "high": entry["low"]} if falling else entry


def _guessed(claim: Mapping) -> dict:
    return nothing(claim, "arithmetic") | {"verdict": CONTRADICTED}


def _with_judge(judged: Callable) -> Callable:
    """The checker over all editions, with the learner's own judge."""
    checker = checked(lambda claim, assumed: measured(claim, assumed, judged))
    return lambda editions: [checker(one.article, one.assumptions) for one in editions]


FACT_CHECK = FactCheck(
    id="11-read-the-news/fact_check",
    function=fact_check,
    result=Result(
        (
            Field(
                "report",
                read,
                same,
                lambda one, right: all(
                    score(a, b) >= 1 - 1e-9 for a, b in zip(one, right, strict=True)
                ),
            ),
        )
    ),
    examples=(((EXAMPLE,),),),
    uses="judge",
    follow=_with_judge,
    parts=(
        Part(N_("short articles"), 1, ((SHORTS,),)),
        Part(N_("long articles"), 1, ((LONGS,),)),
        Part(N_("articles with gaps"), 1, ((GAPS,),)),
    ),
    misconceptions=(
        Misconception(
            "points",
            checked(_points),
            N_(
                "Each of your intervals is a single number: take both ends of what is assumed, and let "
                "both speak for the verdict."
            ),
        ),
        Misconception(
            "low from the low end",
            checked(_ends_in_order),
            N_(
                "Where more of an assumption makes less of the result (mfu, context), your low is the high: "
                "sort the two ends."
            ),
        ),
        Misconception(
            "verdict by the middle",
            checked(lambda claim, assumed: measured(claim, assumed, by_the_middle)),
            N_(
                "Your intervals are right, but the middle of each decides the verdict, so that nothing ever depends."
            ),
        ),
        Misconception(
            "flips at the claimed value",
            _measured_with(
                flips_at=lambda entry, claim, _assumed: (
                    claim["value"] if entry["flips_at"] is not None else None
                )
            ),
            N_(
                "flips_at is the claimed value: asked is the assumption's value at which the result just reaches it."
            ),
        ),
        Misconception(
            "no flips",
            _measured_with(flips_at=lambda _entry, _claim, _assumed: None),
            N_(
                "flips_at is missing where the verdict depends: solve the law for the uncertain assumption."
            ),
        ),
        Misconception(
            "ten times as wide",
            _measured_with(
                low=lambda entry, _claim, _assumed: entry["low"] / 10,
                high=lambda entry, _claim, _assumed: entry["high"] * 10,
            ),
            N_(
                "Your intervals are far wider than the assumptions: an interval that holds everything says nothing."
            ),
        ),
        Misconception(
            "the party counts",
            checked(
                sources=lambda claim, found: (
                    nothing(claim, "source")
                    | {"verdict": CONTRADICTED if found["no"] else SUPPORTED}
                )
            ),
            N_(
                "A party's own word counts as support in your report: without anybody outside, a claim is not checkable."
            ),
        ),
        Misconception(
            "silence is a denial",
            checked(
                sources=lambda claim, found: (
                    nothing(claim, "source")
                    | {"verdict": SUPPORTED if found["yes"] else CONTRADICTED}
                )
            ),
            N_(
                "Where nobody outside says anything, your report says contradicted: it is not checkable."
            ),
        ),
        Misconception(
            "unknown is wrong",
            checked(unknown=_guessed),
            N_(
                "Where an assumption is unknown (None), your report says contradicted: what cannot be computed "
                "is not wrong, but not checkable."
            ),
        ),
        Misconception(
            "opinions left out",
            lambda article, assumptions: [
                one for one in fact_check(article, assumptions) if assumptions[one["id"]]
            ],
            N_(
                "Claims for which nothing is assumed are missing in your report: say that they are not checkable."
            ),
        ),
        Misconception(
            "nothing is checkable",
            lambda article, assumptions: [nothing(claim) for claim in article],
            N_(
                "Everything is called not checkable. Doubt is honest only where something is missing: most of "
                "these claims can be computed."
            ),
        ),
    ),
)
