"""Sources: twenty reports may have one origin, and the origin may be the party itself."""

from collections.abc import Iterator

from ..draws import first, seeded
from ..labels import label
from ..result import Result, number
from ..task import Case, Misconception, Part, Task, changed
from ..words import N_
from .judge import CONTRADICTED, NOT_CHECKABLE, SPELLINGS, SUPPORTED


def _origin(reports: list[dict], one: dict, most: int = 100) -> dict:
    """Where a report comes from, at most so many steps back."""
    by_id = {report["id"]: report for report in reports}
    while one["quotes"] is not None and most:
        one, most = by_id[one["quotes"]], most - 1
    return one


def _verdict(counted: list[dict]) -> tuple[str, int]:
    says = {one["says"] for one in counted}
    if len(says) != 1:
        return NOT_CHECKABLE, len(counted)
    return (SUPPORTED if says == {"yes"} else CONTRADICTED), len(counted)


def _distinct(reports: list[dict]) -> list[dict]:
    return list({one["id"]: one for one in reports}.values())


def origins(reports: list[dict]) -> tuple[str, int]:
    """(verdict, number of origins outside the parties).

    reports: {"id", "who", "says", "quotes"}; who: "party" or "outside"; says: "yes" or "no"; quotes: id of
    the report that it takes it from, or None. Not checkable where no outsider says it, or they disagree.
    """
    traced = _distinct([_origin(reports, one) for one in reports])
    return _verdict([one for one in traced if one["who"] == "outside"])


def _press() -> Iterator[Case]:
    """Origins that agree, disagree, or are the party alone, each with a tree of reports behind it."""
    draw = seeded("11-read-the-news/origins")
    at = 0
    while True:
        kind = ("yes", "no", "party", "both")[at % 4]
        at += 1
        says = {"yes": ["yes"] * draw.randint(1, 3), "no": ["no"] * draw.randint(1, 3)}.get(
            kind, [] if kind == "party" else ["yes", "no", draw.choice(("yes", "no"))]
        )
        made = [("outside", one) for one in says]
        if kind != "both":
            # The party says the opposite of what outsiders found, or speaks alone.
            made.append(("party", "no" if kind == "no" and draw.random() < 0.3 else "yes"))
        reports = [{"who": who, "says": word, "quotes": None} for who, word in made]
        names = draw.sample("ABCDEFGHJKLMNPQRSTUVWXYZ", len(reports) + 7)
        for report, name in zip(reports, names, strict=False):
            report["id"] = name
        for name in names[len(reports) :]:
            source = draw.choice(reports[-4:] if draw.random() < 0.6 else reports)
            reports.append(
                {"who": "outside", "says": source["says"], "quotes": source["id"], "id": name}
            )
        draw.shuffle(reports)
        order = ("id", "who", "says", "quotes")
        yield ([{key: report[key] for key in order} for report in reports],)


CASES = first(12, _press())


def _report(id: str, who: str, says: str, quotes: str | None = None) -> dict:
    return {"id": id, "who": who, "says": says, "quotes": quotes}


ORIGINS = Task(
    id="11-read-the-news/origins",
    function=origins,
    result=Result((label("verdict", SPELLINGS[0], SPELLINGS[1], SPELLINGS[3]), number("origins"))),
    examples=(
        (
            [
                _report("A", "party", "yes"),
                _report("B", "outside", "yes", "A"),
                _report("C", "outside", "yes", "B"),
            ],
        ),
        (
            [
                _report("A", "outside", "no"),
                _report("B", "party", "yes"),
                _report("C", "outside", "no", "A"),
            ],
        ),
    ),
    parts=(
        Part("origins", 1, CASES, fields=("origins",)),
        Part("verdict", 0.5, CASES, fields=("verdict",), needs=("origins",)),
    ),
    misconceptions=(
        Misconception(
            "every report counts",
            lambda reports: _verdict([one for one in reports if one["who"] == "outside"]),
            N_(
                "Every report counts in your answer, copies too: go back from each to the one that quotes nobody."
            ),
        ),
        Misconception(
            "the party counts",
            lambda reports: _verdict(_distinct([_origin(reports, one) for one in reports])),
            N_(
                "The party's own word counts in your answer: who gains by a sentence cannot confirm it."
            ),
        ),
        Misconception(
            "one step back",
            lambda reports: _verdict(
                [
                    one
                    for one in _distinct([_origin(reports, one, 1) for one in reports])
                    if one["who"] == "outside"
                ]
            ),
            N_(
                "You go back one step: a report may quote a report that quotes a third. Go on until it "
                "quotes nobody."
            ),
        ),
        Misconception(
            "share of the reports",
            lambda reports: (
                origins(reports)[0],
                sum(_origin(reports, one)["who"] == "outside" for one in reports),
            ),
            N_(
                "These are the reports whose origin is outside; asked is how many origins there are."
            ),
        ),
        Misconception(
            "majority decides",
            lambda reports: (
                NOT_CHECKABLE
                if not origins(reports)[1]
                else max(
                    (SUPPORTED, CONTRADICTED),
                    key=lambda word: sum(
                        (SUPPORTED if one["says"] == "yes" else CONTRADICTED) == word
                        for one in reports
                        if one["quotes"] is None and one["who"] == "outside"
                    ),
                ),
                origins(reports)[1],
            ),
            N_(
                "Outsiders who disagree are settled by the majority: two against one is no proof. It is "
                "not checkable yet."
            ),
        ),
        changed(
            lambda right: (CONTRADICTED if not right[1] else right[0], right[1]),
            "silence is a denial",
            N_(
                "Where only the party speaks, you call it contradicted: nobody has said that it is wrong."
            ),
        ),
    ),
)
