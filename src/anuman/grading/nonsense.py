"""Which of an assignment's tests would give points to answers that are nonsense.

The teacher's own notebooks are graded as learners' are, once for each kind of nonsense. Just before a
test the answer that it asks for gives way to nonsense, and just after it the right one comes back, so
that all that a test needs of earlier answers is right.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from .course import bindings
from .course.official import grade_id
from .course.work import Outcome, Submission, Template
from .records.model_answers import Key, earned
from .records.results import harmless
from .running.nonsense_values import NONSENSE

PASSED = (
    "These tests give points to answers that are nonsense. A right answer may be one of them (None for\n"
    "a function that changes its argument, True for a question); else let the test ask more:"
)
UNTRIED = "Not tried, since they name none of the assignment's answers:"
FAILED = "The answers in the teacher's own source do not pass these tests:"
INSTEAD = "from anuman.grading.running.nonsense_values import instead_of as instead_of_answer"


@dataclass(frozen=True)
class Passed:
    """A test that gives points to nonsense of this kind."""

    notebook: str
    test: str
    nonsense: str
    points: float
    max_points: float


@dataclass(frozen=True)
class Report:
    """What nonsense passes; beside it the tests that the teacher's own answers fail, with why."""

    assignment: str
    passed: list[Passed]
    untried: list[str]
    doubts: list[str]

    @property
    def needs_attention(self) -> bool:
        """Whether a test may be worth a look."""
        return bool(self.passed or self.doubts)

    def as_json(self) -> str:
        """The report for programs."""
        whole = {"assignment": self.assignment, "nonsense": [asdict(one) for one in self.passed]}
        whole |= {"untried": self.untried, "doubts": self.doubts}
        return json.dumps(whole, ensure_ascii=False, indent=1)

    def as_text(self) -> str:
        """The report for people: a line a test."""
        kinds = ", ".join(NONSENSE)
        lines = [f"{self.assignment}: tried with answers that are {kinds}."]
        tests: dict[str, list[str]] = {}
        for one in self.passed:
            part = (
                "" if one.points >= one.max_points else f" ({one.points:g} of {one.max_points:g})"
            )
            tests.setdefault(f"{one.notebook}/{one.test}", []).append(one.nonsense + part)
        lines += ["", PASSED] if tests else ["No test that was tried gives points to any of them."]
        lines += [f"  {harmless(test)}: {', '.join(found)}" for test, found in tests.items()]
        for heading, found in ((UNTRIED, self.untried), (FAILED, self.doubts)):
            lines += ["", heading, *(f"  {harmless(one)}" for one in found)] if found else []
        return "\n".join(lines)


def report(
    assignment: str,
    work: Submission,
    failed: dict[Key, str],
    grade: Callable[[Submission], Outcome],
) -> Report:
    """Try all kinds. work: the teacher's own notebooks; failed: tests that these do not pass."""
    passed, tried = [], set()
    for kind in NONSENSE:
        outcome = grade(replace(work, files=_with_nonsense(work, kind, tried)))
        for (notebook, test), (points, most) in earned(outcome).items():
            if points and (notebook, test) in tried:
                passed.append(Passed(notebook, test, kind, points, most))
    tests = [(t.name, name) for t in work.notebooks for name in t.tests]
    untried = [f"{notebook}/{test}" for notebook, test in tests if (notebook, test) not in tried]
    doubts = [f"{notebook}/{test}: {why}" for (notebook, test), why in failed.items()]
    return Report(assignment, passed, untried, doubts)


def _with_nonsense(work: Submission, kind: str, tried: set[Key]) -> dict[str, bytes]:
    """The files with nonsense before each test; adds the tests that can be tried so to `tried`."""
    files = dict(work.files)
    for template in work.notebooks:
        name = f"{template.name}.ipynb"
        notebook = nbformat.reads(files[name].decode(), as_version=4)
        wanted = asked_for(notebook, template)
        tried |= {(template.name, test) for test in wanted}
        cells = []
        for cell in notebook.cells:
            names = wanted.get(grade_id(cell))
            cells += [cell] if not names else _replaced(names, kind, cell)
        notebook.cells = cells
        files[name] = nbformat.writes(notebook).encode()
    return files


def _replaced(names: list[str], kind: str, test: NotebookNode) -> list[NotebookNode]:
    """The test between two cells: one that takes the answers away, one that brings them back."""
    kept = ", ".join(f"{name!r}: globals().get({name!r})" for name in names)
    before = [INSTEAD, f"right_answers = {{{kept}}}"]
    before += [f"{n} = instead_of_answer(right_answers[{n!r}], {kind!r})" for n in names]
    after = [f"{name} = right_answers[{name!r}]" for name in names]
    return [new_code_cell("\n".join(before)), test, new_code_cell("\n".join(after))]


def asked_for(notebook: NotebookNode, template: Template) -> dict[str, list[str]]:
    """The names of answers that each test asks for: those of the nearest answer cell that it uses."""
    asked, tests = frozenset(template.asked), set(template.tests)
    answers: list[frozenset[str]] = [asked]  # what is handed in as a module has no cell of its own
    teachers: list[str] = []  # locked cells and tests above
    found = {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not about:
            continue
        if grade_id(cell) in tests:
            used = _used(cell.source, teachers)
            nearest = next((names & used for names in reversed(answers) if names & used), None)
            if nearest:
                found[grade_id(cell)] = sorted(nearest)
        if about.get("solution"):
            made = bindings.bound(cell.source) | bindings.changed(cell.source)
            answers.append(made & asked)
        else:
            teachers.append(cell.source)
    return found


def _used(test: str, above: list[str]) -> frozenset[str]:
    """Names that a test uses, also by way of what the teacher's cells above it define."""
    used = bindings.free_names(test)
    for source in reversed(above):
        part = bindings.definitions(source, used)
        used |= bindings.free_names(part)
    return used
