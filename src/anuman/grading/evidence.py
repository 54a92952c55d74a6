"""How each test is run, and whether this machine can run the assignment: the teacher's own answers show it.

They are graded as a learner's are, before any grade is stored. A test that they pass in a process
of its own runs apart from learners' code. One that they pass only in the process of the answers
(because it looks at objects that cannot cross) runs together with it, with those tests above it
that it needs. Where they fail for want of a package or of a file, nobody's work can be graded.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .course import bindings
from .course.errors import BadCourse
from .course.work import BY_EVIDENCE, LOCKED, TEST, TOGETHER, Cell, Outcome, Template
from .records.model_answers import Key, shortfalls

ABSENT = {"ModuleNotFoundError", "ImportError"}
MOST_ROUNDS = 5
EXPECTED = "raises-exception"  # the tag of a cell that is meant to stop with an error


@dataclass(frozen=True)
class Evidence:
    """The notebooks with the way in which each test is run, and what the teacher's answers fail."""

    templates: tuple[Template, ...]
    failed: dict[Key, str] = field(default_factory=dict)  # with why
    tried: bool = True  # False: there are no answers

    @property
    def together(self) -> list[str]:
        """Tests that run in the learner's process."""
        return [f"{t.name}/{c.grade_id}" for t in self.templates for c in t.cells if c.together]


def unseen(templates: tuple[Template, ...], setting: str) -> Evidence:
    """What the teacher's settings say, where there are no answers to try."""
    forced = {key for key, cell in _tests(templates).items() if _forced(cell, setting) == TOGETHER}
    return Evidence(_marked(templates, forced), tried=False)


def gather(
    templates: tuple[Template, ...],
    setting: str,
    grade: Callable[[tuple[Template, ...]], Outcome],
    stand_ins: tuple[str, ...] = (),
) -> Evidence:
    """Try the teacher's answers until no test is left that another way to run it might help.

    setting: BY_EVIDENCE, APART or TOGETHER. grade: grades the answers with these notebooks.
    stand_ins: modules that have no effect in a learner's process, so that a test which uses one
    would pass there in any case. Raises BadCourse where the assignment cannot be run here.
    """
    tests = _tests(templates)
    free = {
        key
        for key, cell in tests.items()
        if _forced(cell, setting) == BY_EVIDENCE and not _uses(templates, key, stand_ins)
    }
    chosen = {key for key, cell in tests.items() if _forced(cell, setting) == TOGETHER}
    for _ in range(MOST_ROUNDS):
        outcome = grade(_marked(templates, chosen))
        failed = shortfalls(outcome)
        more = _with_needed(templates, failed.keys() & free) & free - chosen
        if not more:  # and with those above that make a value, which they may change, too
            more = _with_needed(templates, failed.keys() & free, values=True) & free - chosen
        if not more:
            break
        chosen |= more
    if failed:
        _refuse_if_broken(outcome, failed)
    useful = _with_needed(templates, chosen - failed.keys(), values=True) & chosen
    kept = useful | {key for key in chosen if key not in free}
    return Evidence(_marked(templates, kept), failed)


def _tests(templates: tuple[Template, ...]) -> dict[Key, Cell]:
    return {(t.name, c.grade_id or ""): c for t in templates for c in t.cells if c.role == TEST}


def _forced(cell: Cell, setting: str) -> str:
    return cell.forced or setting


def _uses(templates: tuple[Template, ...], key: Key, modules: tuple[str, ...]) -> bool:
    """Whether this test, or a locked cell of its notebook, imports one of these modules."""
    notebook = next(t for t in templates if t.name == key[0])
    mine = [c for c in notebook.cells if c.role == LOCKED or c.grade_id == key[1]]
    imported = bindings.imported_modules(t for c in mine for t in (c.source, c.before))
    return any(bindings.covers(one, module) for one in modules for module in imported)


def _marked(templates: tuple[Template, ...], together: set[Key]) -> tuple[Template, ...]:
    """The notebooks with these tests run together, each with its helpers."""
    return tuple(_marked_one(template, together) for template in templates)


def _marked_one(template: Template, together: set[Key]) -> Template:
    cells: list[Cell] = []
    for cell in template.cells:
        chosen = (template.name, cell.grade_id or "") in together
        helpers = _helpers(cell, cells) if chosen else ""
        cells.append(replace(cell, together=chosen, helpers=helpers))
    return replace(template, cells=tuple(cells))


def _helpers(test: Cell, above: list[Cell]) -> str:
    """What the tests above that run apart define of the names that this one uses."""
    parts: list[str] = []
    wanted = bindings.free_names(test.source)
    for cell in reversed(above):
        if cell.role == TEST and not cell.together:
            part = bindings.definitions(cell.source, wanted)
            wanted |= bindings.free_names(part)
            parts.append(part)
    return "\n".join(filter(None, reversed(parts)))


def _with_needed(templates: tuple[Template, ...], keys: set[Key], values: bool = False) -> set[Key]:
    """These tests, and those above them that make what they use by more than a definition.

    values: constants do not count as definitions.
    """
    found = set()
    for template in templates:
        wanted: frozenset[str] = frozenset()
        for cell in reversed(template.cells):
            key = (template.name, cell.grade_id or "")
            if cell.role != TEST:
                continue
            made = bindings.bound(cell.source)
            if not values:
                made -= bindings.bound(bindings.definitions(cell.source))
            if key in keys or made & wanted:
                found.add(key)
                wanted = wanted - made | bindings.free_names(cell.source)
    return found


def _refuse_if_broken(outcome: Outcome, failed: dict[Key, str]) -> None:
    """Raise BadCourse if a failed test stands below a cell of the teacher's that cannot run here."""
    for notebook in outcome.notebooks:
        last = max(
            (at for at, c in enumerate(notebook.cells) if (notebook.name, c.grade_id) in failed),
            default=-1,
        )
        for cell in notebook.cells[: last + 1]:
            error = next((o for o in cell.outputs if o["output_type"] == "error"), None)
            if error is None or EXPECTED in cell.tags:
                continue
            absent = error["ename"] in ABSENT and "No module named" in error["evalue"]
            if absent or cell.role == LOCKED:
                raise BadCourse(_broken(notebook.name, cell, error, absent))


def _broken(notebook: str, cell: Cell, error: dict, absent: bool) -> str:
    which = f"the cell {cell.grade_id}" if cell.grade_id else "a cell"
    remedy = "Mend it; data outside the assignment's folder need c.GradeSettings.shown"
    if absent:
        remedy = f"Install the package in this Python ({sys.executable})"
    said = " ".join(error["evalue"].split())[:300]
    return (
        f"{notebook}.ipynb: {which} stops with {error['ename']}: {said}, and the teacher's own answers "
        f"do not pass the tests below it. Nothing was graded. {remedy}, and run again."
    )
