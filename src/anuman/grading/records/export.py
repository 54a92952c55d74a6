"""`anuman export ASSIGNMENT --format csv|moodle|json`: the gradebook's grades of one assignment.

csv     one row a student: score, penalty, most points, and the points of every task
moodle  the columns of Moodle's own grade export, which its "Import grades: CSV file" takes: map
        "ID number" (or "Email address") to the user and the last column to the grade item
json    everything, with the automatic and the manual points of every task and the comments
"""

import csv
import io
import json
import sys
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path

from ...language import _, number
from ..course.errors import BadCourse, in_one_line
from ..course.folder import Course

FORMATS = ("csv", "moodle", "json")
NO_GRADE = "-"  # Moodle leaves the grade empty
RUN = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
)  # with these a spreadsheet takes a text for a formula


@dataclass(frozen=True)
class Table:
    """How a table is written. encoding None: UTF-8; in a csv file with a byte order mark."""

    separator: str = ","
    decimal: str = "."
    encoding: str | None = None

    def __post_init__(self):
        if len(self.separator) != 1 or self.separator.isalnum() or self.separator in '\r\n"':
            said = _("--separator {sign!r}: one sign is needed, as , ; or tab.")
            raise BadCourse(said.format(sign=self.separator))
        if self.decimal not in (".", ","):
            said = _("--decimal {sign!r}: it is . or ,")
            raise BadCourse(said.format(sign=self.decimal))
        try:
            "".encode(self.encoding or "utf-8")
        except LookupError:
            said = _(
                "--encoding {name}: this Python knows none of that name; utf-8-sig suits Excel."
            )
            raise BadCourse(said.format(name=self.encoding)) from None

    def written(self, rows: list[list]) -> str:
        """The rows as text."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n", delimiter=self.separator)
        writer.writerows([list(map(self._cell, row)) for row in rows])
        return text.getvalue()

    def _cell(self, value: object) -> object:
        """A number with its decimal sign; a text such that no spreadsheet runs it."""
        if isinstance(value, float | Decimal):
            return str(value).replace(".", self.decimal)
        if isinstance(value, str) and len(value) > 1 and value.lstrip().startswith(RUN):
            return f"'{value}"
        return f"'{value}" if isinstance(value, str) and value[:1] in ("\t", "\r") else value


@dataclass(frozen=True)
class TaskGrade:
    """Points of one task; auto and manual are None where there are none."""

    notebook: str
    id: str
    points: float
    max_points: float
    auto: float | None
    manual: float | None
    extra_credit: float
    needs_manual_grade: bool


@dataclass(frozen=True)
class StudentGrade:
    """A student of the gradebook and what was handed in, if anything (submitted)."""

    id: str
    first_name: str
    last_name: str
    email: str
    submitted: bool
    timestamp: str
    points: float  # without the penalty
    penalty: float
    score: float  # with the penalty, never below 0
    max_points: float
    needs_manual_grade: bool
    tasks: list[TaskGrade] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)


def run(
    assignment: str,
    form: str,
    folder: Path,
    output: Path | None,
    json_file: Path | None,
    separator: str = ",",
    decimal: str = ".",
    encoding: str | None = None,
) -> int:
    """Write the grades to a file or to the terminal; 0, or 2 when there is nothing to write."""
    try:
        table = Table("\t" if separator == "tab" else separator, decimal, encoding)
        grades = read(Course(folder), assignment)
        # Without a byte order mark Excel takes Hindi names for Latin-1.
        usual = "utf-8-sig" if output and form == "csv" else "utf-8"
        content = _encoded(_as(form, assignment, grades, table), table.encoding or usual)
    except BadCourse as error:
        print(f"anuman export: {error}", file=sys.stderr)
        return 2
    if output:
        output.write_bytes(content)
        said = _("{assignment}: {count} students in {file}.")
        said = said.format(assignment=assignment, count=number(len(grades)), file=output)
        print(said, file=sys.stderr)
    elif encoding:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    else:
        sys.stdout.write(content.decode())
    if json_file:
        json_file.write_text(as_json(assignment, grades), encoding="utf-8")
    waiting = sum(grade.needs_manual_grade for grade in grades)
    if waiting:
        said = _("{count} students have answers that nobody has read yet.")
        print(said.format(count=number(waiting)), file=sys.stderr)
    return 0


def _as(form: str, assignment: str, grades: list["StudentGrade"], table: Table) -> str:
    if form == "json":
        return as_json(assignment, grades)
    rows = {"csv": as_csv, "moodle": as_moodle}[form](assignment, grades)
    return table.written(rows)


def _encoded(text: str, encoding: str) -> bytes:
    """The text's bytes. Raises BadCourse for letters that the encoding lacks."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        said = _("--encoding {name} has no {letters!r}: take utf-8, or utf-8-sig for Excel.")
        lacking = error.object[error.start : error.end]
        raise BadCourse(said.format(name=encoding, letters=lacking)) from None


def read(course: Course, assignment: str) -> list[StudentGrade]:
    """Grades of all students of the gradebook, by id. Raises BadCourse for an unknown assignment."""
    with in_one_line(course.place.db_url), course.gradebook() as gradebook:
        most = course.assignment(gradebook, assignment).max_score
        submissions = {s.student_id: s for s in gradebook.assignment_submissions(assignment)}
        return [
            _student(student, submissions.get(student.id), most)
            for student in sorted(gradebook.students, key=lambda student: student.id)
        ]


def _student(student, submission, most: float) -> StudentGrade:
    points = submission.score if submission else 0.0
    penalty = (submission.late_submission_penalty or 0.0) if submission else 0.0
    notebooks = sorted(submission.notebooks, key=lambda n: n.name) if submission else []
    return StudentGrade(
        student.id,
        student.first_name or "",
        student.last_name or "",
        student.email or "",
        submission is not None,
        str(submission.timestamp or "") if submission else "",
        points,
        penalty,
        max(0.0, points - penalty),
        most,
        bool(submission and submission.needs_manual_grade),
        [
            _task(n.name, grade)
            for n in notebooks
            for grade in sorted(n.grades, key=lambda g: g.name)
        ],
        {c.name: c.comment for n in notebooks for c in n.comments if c.comment},
    )


def _task(notebook: str, grade) -> TaskGrade:
    return TaskGrade(
        notebook,
        grade.name,
        grade.score or 0.0,
        grade.max_score,
        grade.auto_score,
        grade.manual_score,
        grade.extra_credit or 0.0,
        bool(grade.needs_manual_grade),
    )


def as_csv(assignment: str, grades: list[StudentGrade]) -> list[list]:
    """One row a student, one column a task."""
    tasks = sorted({(task.notebook, task.id) for grade in grades for task in grade.tasks})
    plain = ["id", "last_name", "first_name", "email", "submitted", "timestamp"]
    plain += ["points", "penalty", "score", "max_points", "needs_manual_grade"]
    rows = [["assignment", *plain, *(f"{notebook}: {task}" for notebook, task in tasks)]]
    for grade in grades:
        points = {(task.notebook, task.id): task.points for task in grade.tasks}
        values = [getattr(grade, name) for name in plain]
        rows.append([assignment, *values, *(points.get(task, "") for task in tasks)])
    return rows


def as_moodle(assignment: str, grades: list[StudentGrade]) -> list[list]:
    """Moodle's own columns; a student without a submission has no grade."""
    rows = [["First name", "Last name", "ID number", "Email address", f"{assignment} (Real)"]]
    for grade in grades:
        score = Decimal(f"{grade.score:.2f}") if grade.submitted else NO_GRADE
        rows.append([grade.first_name, grade.last_name, grade.id, grade.email, score])
    return rows


def as_json(assignment: str, grades: list[StudentGrade]) -> str:
    """Everything that the gradebook has of the assignment."""
    students = [asdict(grade) for grade in grades]
    whole = {"assignment": assignment, "students": students}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
