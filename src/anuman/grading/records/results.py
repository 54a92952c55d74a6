"""What a class's grading came to: for people and for programs."""

import json
import re
import statistics
from collections import Counter
from dataclasses import asdict, dataclass, field

GRADED, DONE, FAILED = "graded", "done", "failed"
DOUBTS = (
    "Nobody has all points in these tests, and the answers in the teacher's own source have not\n"
    "either. Before you trust the grades, see whether something in them cannot run apart from the\n"
    "learner's code (docs/grading.md, Writing tests):"
)
TOGETHER = (
    "These tests ran in one process with the learner's code, since the teacher's own answers pass them\n"
    "only there. In them a learner who tries can forge points and read hidden tests (docs/grading.md,\n"
    "Two ways to run a test); nobody else's work is touched. --apart runs all of them apart:"
)
# A number that stands alone: those of t1, v1.2, task-3 and 2-mean are parts of names.
NUMBER = re.compile(r"(?<![\w.+-])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w|\.\d|-[^\W\d])")
# What a terminal obeys, what turns the direction of text, and what no file can hold.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(text: str, lines: bool = False) -> str:
    """Text of a learner's making as a terminal may show it: control characters as escapes.

    lines: line breaks and tabs stay.
    """
    kept = "\n\t" if lines else ""
    return CONTROL.sub(
        lambda one: one[0] if one[0] in kept else one[0].encode("unicode_escape").decode(), text
    )


@dataclass(frozen=True)
class TaskResult:
    """Points of one task; None: a person reads it. The reason says what was lost, and why."""

    id: str
    notebook: str
    points: float | None
    max_points: float
    reason: str = ""

    def __post_init__(self):
        object.__setattr__(self, "reason", harmless(self.reason, lines=True))


@dataclass(frozen=True)
class StudentResult:
    """One student: graded in this run, done before, or failed (the notes say why)."""

    id: str
    status: str
    tasks: list[TaskResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self):
        object.__setattr__(self, "notes", [harmless(note) for note in self.notes])

    @property
    def points(self) -> float:
        """Points of the tasks that have some already."""
        return float(sum(task.points for task in self.tasks if task.points is not None))

    @property
    def max_points(self) -> float:
        """Most points of all tasks."""
        return float(sum(task.max_points for task in self.tasks))


@dataclass(frozen=True)
class ClassResult:
    """All students of an assignment, in the order of their ids."""

    assignment: str
    students: list[StudentResult]
    seconds: float = 0.0
    doubts: list[str] = field(default_factory=list)  # tests that the teacher's own answers fail
    together: list[str] = field(default_factory=list)  # tests run in the learners' processes

    @property
    def needs_attention(self) -> bool:
        """Whether somebody's work could not be graded, or was graded with a remark or with doubts."""
        return bool(self.doubts) or any(one.status == FAILED or one.notes for one in self.students)

    def summary(self) -> dict:
        """Statistics of each task, and how often each reason was given."""
        tasks: dict[tuple[str, str], list[TaskResult]] = {}
        for student in self.students:
            for task in student.tasks:
                tasks.setdefault((task.notebook, task.id), []).append(task)
        reasons = Counter(
            (task.id, kind_of_reason(task.reason))
            for student in self.students
            for task in student.tasks
            if task.reason
        )
        return {
            "tasks": [_statistics(*key, found) for key, found in tasks.items()],
            "reasons": [
                {"task": task, "reason": reason, "count": count}
                for (task, reason), count in reasons.most_common()
            ],
        }

    def as_json(self) -> str:
        """The result for programs."""
        students = [
            {"id": one.id, "status": one.status, "points": one.points, "max_points": one.max_points}
            | {"tasks": [asdict(task) for task in one.tasks], "notes": one.notes}
            for one in self.students
        ]
        whole = {"assignment": self.assignment, "students": students, "summary": self.summary()}
        whole |= {"doubts": self.doubts, "together": self.together}
        return json.dumps(whole, ensure_ascii=False, indent=1)

    def as_text(self, most_reasons: int = 15) -> str:
        """The result for people."""
        counts = Counter(one.status for one in self.students)
        rate = f" ({60 * counts[GRADED] / self.seconds:.0f} a minute)" if counts[GRADED] else ""
        lines = [
            f"{self.assignment}: {counts[GRADED]} graded in {self.seconds:.1f} s{rate}, "
            f"{counts[DONE]} graded before, {counts[FAILED]} could not be graded"
        ]
        summary = self.summary()
        if summary["tasks"]:
            width = max(len(_name(task)) for task in summary["tasks"])
            lines += ["", f"  {'task':{width}}  graded   mean  median  full  zero"]
        for task in summary["tasks"]:
            if task["mean"] is None:
                lines.append(f"  {_name(task):{width}}  {task['graded']:6}  read by a person")
                continue
            lines.append(
                f"  {_name(task):{width}}  {task['graded']:6}  {task['mean']:5.2f}  "
                f"{task['median']:6.2f}  {task['full']:4}  {task['zero']:4}"
            )
        if summary["reasons"]:
            lines += ["", "  most frequent reasons"]
            for one in summary["reasons"][:most_reasons]:
                lines.append(f"  {one['count']:4}  {one['task']}: {one['reason']}")
        for student in self.students:
            lines += [f"\n{harmless(student.id)}:"] if student.notes else []
            lines += [f"  {note}" for note in student.notes]
        if self.together:
            lines += ["", TOGETHER, *(f"  {harmless(one)}" for one in self.together)]
        if self.doubts:
            lines += ["", DOUBTS, *(f"  {harmless(one)}" for one in self.doubts)]
        return "\n".join(lines)


def _name(task: dict) -> str:
    return task["id"]


def _statistics(notebook: str, task: str, found: list[TaskResult]) -> dict:
    points = [one.points for one in found if one.points is not None]
    most = found[0].max_points
    return {
        "id": task,
        "notebook": notebook,
        "graded": len(points),
        "mean": statistics.fmean(points) if points else None,
        "median": statistics.median(points) if points else None,
        "full": sum(1 for one in points if one >= most),
        "zero": sum(1 for one in points if one <= 0),
    }


def kind_of_reason(reason: str) -> str:
    """The first line of a reason, with numbers left out: what several students have in common."""
    first = next((line.strip() for line in reason.splitlines() if line.strip()), "")
    return NUMBER.sub("…", first)[:160]
