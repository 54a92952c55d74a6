"""`anuman feedback ASSIGNMENT`: a page for every graded notebook, many at a time.

The pages are those of `nbgrader generate_feedback`, in the same place, made safe: no script, no
network, no hidden test, a reason for every lost point. Each page appears whole or not at all, and
is written anew each time, so that it shows the present grades.
"""

import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.server_extensions import formgrader
from traitlets import Any

from ...language import LANGUAGES, _, both, language, number, speaking
from ..course.configuration import at_home
from ..course.errors import BadCourse, in_one_line
from ..course.folder import Course
from ..course.shared import make_folder
from ..records.results import harmless
from .page_exporter import PageExporter

# What `nbgrader release_feedback` looks for beside the pages.
RELEASED_WITH = ("timestamp.txt", "submission_secret.txt")
NBGRADERS = Path(formgrader.__file__).parent / "templates"
TEMPLATES = Path(__file__).parents[1] / "jupyter_data" / "nbconvert" / "templates"
# The browser itself keeps everything out that is neither text nor one of the page's own pictures.
POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)
# A reason is a sentence: it is to be read without scrolling sideways.
WRAP = (
    "<style>div.output_area div.output_subarea pre "
    "{ white-space: pre-wrap; word-break: normal; overflow-wrap: break-word; }</style>"
)
PREPROCESSORS = [
    "anuman.grading.pages.preprocessors.Clean",
    "anuman.grading.pages.feedback_pages.Grades",
    "anuman.grading.pages.preprocessors.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]


class Grades(NbGraderPreprocessor):
    """As nbgrader's GetGrades, over one connection for all notebooks."""

    gradebook = Any(None, allow_none=True)

    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        if self.gradebook is None:  # opened where it is used: a connection does not survive a fork
            self.gradebook = Gradebook(about["db_url"])
        notebook = self.gradebook.find_submission_notebook(
            about["notebook"], about["assignment"], about["student"]
        )
        grades = {grade.name: grade for grade in notebook.grades}
        comments = {comment.name: comment.comment for comment in notebook.comments}
        for cell in nb.cells:
            if utils.is_solution(cell) or utils.is_task(cell):
                cell.metadata.nbgrader["comment"] = comments.get(cell.metadata.nbgrader["grade_id"])
            if utils.is_grade(cell) or utils.is_task(cell):
                grade = grades[cell.metadata.nbgrader["grade_id"]]
                cell.metadata.nbgrader.update(score=grade.score, points=grade.max_score)
        penalty = notebook.late_submission_penalty or 0
        about.update(
            score=notebook.score - penalty, max_score=notebook.max_score, late_penalty=penalty
        )
        self.gradebook.db.expire_all()
        return nb, resources


@dataclass(frozen=True)
class Pages:
    """The pages of one student: their files, and what went wrong with others."""

    id: str
    pages: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def safe_page(page: str) -> str:
    """The page with a policy at its head that lets nothing run and nothing be fetched."""
    start, head, rest = page.partition("<head>")
    if not head:
        raise ValueError("the feedback template made a page without <head>")
    return f"{start}{head}\n{POLICY}\n{WRAP}{rest}"


def run(
    assignment: str,
    folder: Path,
    json_file: Path | None = None,
    workers: int | None = None,
    lang: str | None = None,
) -> int:
    """Make all pages and say so; 0: all there, 1: some could not be made, 2: nothing to do.

    lang: the language of the pages; else what the course sets (c.Anuman.language), else the one of
    the command.
    """
    try:
        made = list(make(assignment, folder, workers, lang))
    except BadCourse as error:
        print(f"anuman feedback: {error}", file=sys.stderr)
        return 2
    for student in made:
        for problem in student.problems:
            print(f"  {harmless(student.id)}: {harmless(problem)}", file=sys.stderr)
    count = sum(len(student.pages) for student in made)
    said = _("{assignment}: {count} feedback pages for {students} students.")
    print(said.format(assignment=assignment, count=number(count), students=number(len(made))))
    if json_file:
        text = json.dumps({"students": [asdict(s) for s in made]}, ensure_ascii=False, indent=1)
        json_file.write_text(text + "\n", encoding="utf-8")
    return 1 if any(student.problems for student in made) else 0


def make(
    assignment: str, folder: Path, workers: int | None = None, lang: str | None = None
) -> Iterator[Pages]:
    """Make the pages of everybody who is graded. Raises BadCourse if nobody is."""
    course = Course(folder)
    with speaking(lang or page_language(course)), at_home(course.root):
        with in_one_line(course.place.db_url):
            students, worker = _graded(course, assignment), _Worker(course, assignment)
        yield from _make(worker, students, workers)


def page_language(course: Course) -> str:
    """The language that the course sets for its pages, else the one that is spoken now."""
    wanted = course.config.Anuman.get("language") or language()
    if wanted not in LANGUAGES:
        known = " and ".join(LANGUAGES)
        raise BadCourse(f"c.Anuman.language is {wanted!r}; the course speaks {known}.")
    return wanted


def _make(
    worker: "_Worker", students: list[tuple[str, list[Path]]], workers: int | None
) -> Iterator[Pages]:
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what goes wrong is told at the end
    first, rest = students[:1], students[1:]
    yield from map(worker.pages, first)  # loads the templates, once for all
    both("")  # and the translations
    count = min(workers or os.cpu_count() or 1, len(rest))
    if count <= 1 or "fork" not in get_all_start_methods():
        yield from map(worker.pages, rest)
        return
    with get_context("fork").Pool(count, _begin, (worker,)) as pool:
        yield from pool.imap(_one, rest, chunksize=1)


def _graded(course: Course, assignment: str) -> list[tuple[str, list[Path]]]:
    """Student and graded notebooks that belong to the assignment, for everybody who has some."""
    with course.gradebook() as gradebook:
        official = {n.name for n in course.assignment(gradebook, assignment).notebooks}
        graded = {s.student_id for s in gradebook.assignment_submissions(assignment)}
    found = []
    for student in sorted(graded):
        folder = _folder(course, course.place.autograded_directory, student, assignment)
        notebooks = sorted(folder / f"{name}.ipynb" for name in official)
        if any(path.is_file() for path in notebooks):
            found.append((student, [path for path in notebooks if path.is_file()]))
    if not found:
        said = _("nobody is graded for {assignment!r} yet: run `anuman grade {assignment}` first.")
        raise BadCourse(said.format(assignment=assignment))
    return found


def _folder(course: Course, step: str, student: str, assignment: str) -> Path:
    """A student's folder in one of nbgrader's steps."""
    return Path(course.place.format_path(step, student, assignment))


class _Worker:
    """Makes the pages of one student after the other, with one set of templates."""

    def __init__(self, course: Course, assignment: str):
        config = course.config.copy()
        config.GenerateFeedback.preprocessors = PREPROCESSORS
        if "extra_template_basedirs" not in config.HTMLExporter:
            config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), str(NBGRADERS)]
        self._place, self._assignment = course.place, assignment
        self._course = course
        converter = GenerateFeedback(coursedir=course.place, config=config)
        self._mode = int(str(converter.permissions), 8)
        self._exporter = PageExporter(parent=converter, config=converter.config)
        for preprocessor in converter.preprocessors:
            self._exporter.register_preprocessor(preprocessor)

    def pages(self, work: tuple[str, list[Path]]) -> Pages:
        """The pages of one student."""
        student, notebooks = work
        made, problems = [], []
        try:
            self._copy_beside(student)
        except OSError as error:
            problems.append(f"nbgrader cannot release the pages: {error}")
        for notebook in notebooks:
            try:
                made.append(str(self._page(student, notebook)))
            except Exception as error:  # one notebook's trouble is not the class's
                said = " ".join(str(error).split())[:300]
                problems.append(f"no page for {notebook.stem}: {type(error).__name__}: {said}")
        return Pages(student, made, problems)

    def _page(self, student: str, notebook: Path) -> Path:
        resources = {
            "unique_key": notebook.stem,
            "output_files_dir": f"{notebook.stem}_files",
            "nbgrader": {
                "student": student,
                "assignment": self._assignment,
                "notebook": notebook.stem,
                "db_url": self._place.db_url,
            },
        }
        text, _resources = self._exporter.from_filename(str(notebook), resources=resources)
        folder = _folder(self._course, self._place.feedback_directory, student, self._assignment)
        make_folder(self._place, folder)
        page = folder / f"{notebook.stem}.html"
        self._write(page, safe_page(text).encode())
        return page

    def _copy_beside(self, student: str) -> None:
        """Copy what nbgrader's generate_feedback copies and its release_feedback asks for."""
        place, assignment = self._place, self._assignment
        graded = _folder(self._course, place.autograded_directory, student, assignment)
        folder = _folder(self._course, place.feedback_directory, student, assignment)
        make_folder(self._place, folder)
        for path in (graded / name for name in RELEASED_WITH):
            if path.is_file() and not path.is_symlink():
                self._write(folder / path.name, path.read_bytes())

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file that appears whole or not at all."""
        new = path.with_name(f".{path.stem}.new")
        new.write_bytes(content)
        new.chmod(self._mode)
        new.replace(path)


_worker: _Worker | None = None


def _begin(worker: _Worker) -> None:
    global _worker
    _worker = worker


def _one(work: tuple[str, list[Path]]) -> Pages:
    return _worker.pages(work)
