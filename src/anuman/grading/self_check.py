"""`anuman check PATH`: the full grade of one's own notebook, with a reason for every lost point.

The notebook is copied into a scratch course and graded there as `anuman grade` grades a class (by
nbgrader itself where this system cannot isolate); the file itself is only read. `points` and `max_points` are those of the tasks that tests grade; what a person reads is
listed apart, under "hand_graded".
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from .. import paths
from ..language import _, language
from .course.learner_file import BadInput, LearnerFile, find, fresh_copy, read


@dataclass(frozen=True)
class Line:
    """One task of the result."""

    id: str
    points: float
    max_points: float
    reason: str


@dataclass(frozen=True)
class Result:
    """The grade: tasks that tests grade, points of those that a person reads, remarks."""

    assignment: str
    tasks: list[Line]
    hand_graded: dict[str, float]
    notes: list[str]
    remarks: dict[
        str, str
    ]  # about what a person reads: what counts, and a sample once it is answered

    @property
    def points(self) -> float:
        """Points of all tasks that tests grade."""
        return sum(task.points for task in self.tasks)

    @property
    def max_points(self) -> float:
        """Most points of these tasks."""
        return sum(task.max_points for task in self.tasks)


def run(
    path: str,
    json_file: Path | None = None,
    remember: Callable[[str, float, float], None] | None = None,
) -> int:
    """Grade a folder or notebook and print the table; with json_file, write the result there too.

    remember: takes the assignment, its points and the most there are, for the learner's own records.

    Returns 0: everything right; 1: points lost or cells to mend; 2: nothing that could be graded.
    """
    from .scratch import GradingFailed

    try:
        if json_file and (json_file.is_dir() or not json_file.absolute().parent.is_dir()):
            raise BadInput(_("--json {file}: no file can be written there.").format(file=json_file))
        if json_file and json_file.suffix == ".ipynb":
            said = _("--json {file}: that would overwrite a notebook.")
            raise BadInput(said.format(file=json_file))
        result = check(path)
    except BadInput as error:
        print(f"anuman check: {error}", file=sys.stderr)
        return 2
    except GradingFailed as error:
        said = _("nbgrader could not grade {path}:").format(path=path)
        print(f"anuman check: {said}\n{error}", file=sys.stderr)
        return 1
    print(table(result))
    try:
        if remember:
            remember(result.assignment, result.points, result.max_points)
    except OSError as error:
        said = _("This could not be saved and will be forgotten: {error}").format(error=error)
        print(f"anuman check: {said}", file=sys.stderr)
    if json_file:
        json_file.write_text(as_json(result), encoding="utf-8")
    lost = result.points < result.max_points or any(task.reason for task in result.tasks)
    return 1 if lost or result.notes else 0


def check(path: str) -> Result:
    """Grade the notebook that this path means. Raises BadInput or GradingFailed."""
    course = paths.course_root()
    assignments = _assignments(course)
    mine = read(find(path, course / "exercises", assignments))
    assignment = _assignment_of(mine, course, assignments)

    from . import scratch

    graded = scratch.grade(course, assignment, mine.content)
    source = read(course / "solutions" / assignment / f"{assignment}.ipynb")
    return _result(mine, assignment, graded, source)


def _assignments(course: Path) -> list[str]:
    solutions = course / "solutions"
    if not solutions.is_dir():
        said = _(
            "this copy of the course ({course}) has no solutions/, which hold the tests. In a class "
            "your teacher grades; for a grade of your own use a full copy of the course."
        )
        raise BadInput(said.format(course=course))
    return sorted(
        file.stem for file in solutions.glob("*/*.ipynb") if file.parent.name == file.stem
    )


def _assignment_of(mine: LearnerFile, course: Path, assignments: list[str]) -> str:
    """The assignment that most of the notebook's cells belong to; its file name decides ties."""

    def shared(name: str) -> tuple[int, bool]:
        source = read(course / "solutions" / name / f"{name}.ipynb")
        return len(set(source.ids) & set(mine.ids)), mine.path.stem == name

    best = max(assignments, key=shared, default=None)
    if best is None or not shared(best)[0]:
        said = _(
            "{path} holds no task of any assignment ({assignments}). Is it one of the notebooks in "
            "exercises/?"
        )
        raise BadInput(said.format(path=mine.path, assignments=", ".join(assignments)))
    return best


def _remarks(mine: LearnerFile, source: LearnerFile, release, names: list[str]) -> dict[str, str]:
    """For each written answer that was handed in, what its writer should hear."""
    from .course.official import grade_id
    from .records.written_answers import remark

    def text(cells: list[dict], name: str) -> str:
        found = next((c["source"] for c in cells if grade_id(c) == name), "")
        return found if isinstance(found, str) else "".join(found)

    questions = {c.get("id"): "".join(c["source"]) for c in source.cells}
    return {
        name: remark(
            name,
            text(mine.cells, name),
            text(release.cells, name),
            questions.get(f"{name}-task", ""),
            text(source.cells, name),
            language(),
        )
        for name in names
        if name in mine.ids
    }


def _result(mine: LearnerFile, assignment: str, graded, source: LearnerFile) -> Result:
    from .course.official import grade_id
    from .records.reasons import reason

    tasks, hand_graded = [], {}
    order = [grade_id(cell) for cell in graded.release.cells]
    tests = {grade_id(c) for c in graded.release.cells if c.cell_type == "code"}
    missing = [name for name in order if name and name not in mine.ids]
    for score in sorted(graded.scores, key=lambda score: order.index(score.id)):
        if score.id not in tests:
            hand_graded[score.id] = score.most
            continue
        points = score.points or 0.0
        lost = [name for name in (f"{score.id}-answer", score.id) if name in missing]
        why = [
            _("The cell {name} is missing from your notebook.").format(name=name)
            + " "
            + fresh_copy(mine.path)
            for name in lost
        ]
        if points < score.most and f"{score.id}-answer" not in missing:
            why.append(reason(score.id, graded.notebook))
        tasks.append(Line(score.id, points, score.most, "\n".join(why)))
    copies = [name for name, count in Counter(mine.ids).items() if count > 1 and name in order]
    notes = [
        _("The cell {name} is there more than once: the first counts. Delete the others.").format(
            name=name
        )
        for name in copies
    ]
    notes += [
        _("The cell {name} is missing.").format(name=name)
        for name in missing
        if name in hand_graded
    ]
    remarks = _remarks(mine, source, graded.release, list(hand_graded))
    return Result(assignment, tasks, hand_graded, notes, remarks)


def as_json(result: Result) -> str:
    """The result for programs, as the command's --json writes it."""
    return json.dumps(
        {
            "points": result.points,
            "max_points": result.max_points,
            "tasks": [asdict(task) for task in result.tasks],
            "hand_graded": [
                {"id": name, "max_points": most} for name, most in result.hand_graded.items()
            ],
            "notes": result.notes,
            "remarks": result.remarks,
        },
        ensure_ascii=False,
        indent=1,
    )


def table(result: Result) -> str:
    """The result for people: one line a task, its reason below."""
    width = max(len(name) for name in [*(task.id for task in result.tasks), *result.hand_graded])
    said = _("{assignment}: {points:g} of {most:g} points")
    said = said.format(assignment=result.assignment, points=result.points, most=result.max_points)
    lines = [said, ""]
    for task in result.tasks:
        lines.append(f"  {task.id:{width}}  {f'{task.points:g} / {task.max_points:g}':>8}")
        lines += [f"      {line}" for line in task.reason.splitlines()]
        lines += [""] if task.reason else []  # a line between one task's reasons and the next task
    for name, most in result.hand_graded.items():
        lines.append(f"  {name:{width}}  {f'- / {most:g}':>8}  " + _("read by your teacher"))
        lines += [f"      {line}" for line in result.remarks.get(name, "").splitlines()]
    lines += ["", *result.notes] if result.notes else []
    return "\n".join(lines)
