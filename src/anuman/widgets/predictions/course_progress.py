"""How far a learner is in the whole course: each lesson's standing, where they were last, what is next.

Computed from the learner's records alone; `anuman progress` and the front page show the same.
"""

from dataclasses import dataclass

from anuman import course, paths
from anuman.language import _, language, number

from . import calibration, prediction_file
from .prediction_file import Records

EVERY = 5  # predictions between two shares of the curve in words


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is recorded of one lesson.

    predicted: questions with a prediction; counted: those held against the truth; inside: of these, the
    truths inside the interval. points of most: the last self-check, None before the first; checked: its
    day. drill: ten in a row were right. since: time of the first record, "" where there is none.
    """

    lesson: str
    predicted: int = 0
    counted: int = 0
    inside: int = 0
    points: float | None = None
    most: float | None = None
    checked: str = ""
    drill: bool = False
    since: str = ""

    @property
    def state(self) -> str:
        """ "done" once predictions were held against the truth, "begun" with any record, else ""."""
        return "done" if self.counted else "begun" if self.since else ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Standings of the course's lessons in order, and of `others` that the records name.

    last: the lesson of the newest record and its time; ahead: where to go on, None when all are done.
    """

    records: Records
    lessons: tuple[Standing, ...]
    others: tuple[Standing, ...]
    last: Standing | None
    last_time: str
    ahead: Standing | None

    @property
    def hits(self) -> list[bool]:
        """Inside the interval or not, for every prediction that counts, in the order of judging."""
        return [entry["inside"] for entry in self.records.of("outcome")]


def read() -> Progress:
    """The progress that the learner's file records. Raises OSError when it cannot be read."""
    return of(prediction_file.read())


def of(records: Records) -> Progress:
    """The progress that these records show."""
    lessons = {id: _standing(id, records) for id in course.IDS}
    named = dict.fromkeys(entry["lesson"] for entry in records.entries)
    newest = next((e for e in reversed(records.entries) if e["lesson"] in lessons), None)
    last = lessons[newest["lesson"]] if newest else None
    undone = [row for row in lessons.values() if row.state != "done"]
    return Progress(
        records=records,
        lessons=tuple(lessons.values()),
        others=tuple(_standing(id, records) for id in named if id not in lessons),
        last=last,
        last_time=_time(newest) if newest else "",
        ahead=last if last in undone else next(iter(undone), None),
    )


def _standing(lesson: str, records: Records) -> Standing:
    own = [entry for entry in records.entries if entry["lesson"] == lesson]
    outcomes, checks = records.of("outcome", lesson), records.of("check", lesson)
    last = checks[-1] if checks else {}
    return Standing(
        lesson=lesson,
        predicted=len(records.latest(lesson)),
        counted=len(outcomes),
        inside=sum(entry["inside"] for entry in outcomes),
        points=last.get("points"),
        most=last.get("most"),
        checked=_time(last),
        drill=bool(records.of("drill", lesson)),
        since=_time(own[0]) if own else "",
    )


def _time(entry: dict) -> str:
    """When a record was written; a record without its time is of an unknown one."""
    time = entry.get("time")
    return time if isinstance(time, str) and time else _("unknown") if entry else ""


def title(lesson: str) -> str:
    """The lesson's title in the language that is spoken; its id where there is no such notebook."""
    folder = "lessons/hi" if language() == "hi" else "lessons"
    return course.title(paths.course_root() / folder / f"{lesson}.ipynb")


def said(standing: Standing) -> str:
    """How far one lesson is, in words."""
    parts = []
    if standing.counted:
        held = _("your intervals hold {inside} of {counted} truths")
        held = held.format(inside=number(standing.inside), counted=number(standing.counted))
        parts.append(held)
    elif standing.predicted:
        parts.append(_("predictions made: {count}").format(count=number(standing.predicted)))
    if standing.points is not None:
        parts.append(points(standing.points, standing.most))
    if standing.drill:
        parts.append(_("drill: ten in a row"))
    begun = _("looked at, nothing predicted") if standing.state else _("not begun")
    return " · ".join(parts) or begun


def points(got: float, most: float) -> str:
    """Points of a self-check."""
    return _("{points} of {most} points").format(points=number(got), most=number(most))


def summary(progress: Progress) -> list[str]:
    """The course as a whole in sentences: where the learner was, points, drills, calibration."""
    sentences = []
    if progress.last:
        where = _("You were last in “{lesson}” ({date}).")
        sentences.append(
            where.format(lesson=title(progress.last.lesson), date=progress.last_time[:10])
        )
    checked = [row for row in progress.lessons if row.points is not None]
    if checked:
        total = points(sum(row.points for row in checked), sum(row.most for row in checked))
        sentences.append(
            _("Self-checks: {points}, assignments checked: {count} of {all}.").format(
                points=total, count=number(len(checked)), all=number(len(progress.lessons))
            )
        )
    if drills := sum(row.drill for row in progress.lessons):
        sentences.append(_("Drills with ten in a row: {count}.").format(count=number(drills)))
    if progress.hits:
        sentences.append(calibration.verdict(progress.hits))
    return sentences


def curve(hits: list[bool]) -> str:
    """The calibration curve in words: the share inside after every few predictions; "" for too few."""
    if len(hits) < calibration.ENOUGH:
        return ""
    places = range(EVERY, len(hits) + 1, EVERY)
    shares = (f"{number(n)}: {number(round(100 * sum(hits[:n]) / n))} %" for n in places)
    return _("Truths inside so far, after so many predictions: {shares}").format(
        shares=", ".join(shares)
    )
