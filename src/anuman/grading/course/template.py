"""The teacher's notebook as it is graded: each cell's part, and whose the names in it are.

A learner's value never takes the place of a name that an import, a locked cell or a test binds: a
function that is called `np` could answer for every check that uses NumPy.
"""

import builtins
from collections.abc import Collection

from . import bindings
from .errors import BadCourse
from .work import APART, LEARNER, LOCKED, TEST, TEXT, TOGETHER, Cell, Template

BUILT_IN = frozenset(dir(builtins))


def as_template(
    name: str, cells: list[Cell], solutions: dict[str, str], own: Collection[str] = ()
) -> Template:
    """The notebook with what is known of its names: the answers' own, and the teacher's.

    solutions: the teacher's answers by the ids of their cells. own: modules that learners hand in.
    """
    _hand_down(cells, solutions)
    answers = [cell.source for cell in cells if cell.role == LEARNER and cell.grade_id]
    answers += solutions.values()
    code = [cell.source for cell in cells if cell.kind == "code"] + answers
    handed_in = _every(bindings.imported_names(text, own) for text in code)
    modules = _every(bindings.bound(bindings.imports(text)) for text in code) - handed_in
    fixed = _every(bindings.bound(cell.for_tests) for cell in cells) - handed_in
    asked = _every(bindings.bound(text) for text in answers)
    asked |= _every(bindings.changed(text) for text in answers) - BUILT_IN
    asked = (asked - modules - fixed) | handed_in
    kept = fixed | _every(bindings.bound(cell.before) for cell in cells)
    return Template(name, tuple(cells), tuple(sorted(asked)), tuple(sorted(kept - asked)))


def _every(sets) -> frozenset[str]:
    return frozenset().union(*sets)


def _hand_down(cells: list[Cell], solutions: dict[str, str]) -> None:
    """Give each graded cell what its tests may rely on of the cells above it.

    That is what the teacher's unlocked cells define and the teacher's answers import. It stands where
    the teacher put it, whatever a submission has made of those cells.
    """
    above: list[str] = []
    for cell in cells:
        if cell.kind == "code" and not cell.grade_id:
            above.append(bindings.definitions(cell.source))
        elif cell.kind == "code":
            cell.before = "\n".join(filter(None, above))
            above = [bindings.imports(solutions.get(cell.grade_id, ""))]


def as_cell(cell, official: dict) -> Cell:
    """A cell of the release notebook, with its part in the grading."""
    about = cell.metadata.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else None
    known = official.get(name)
    kept = {"id": cell.get("id"), "tags": list(cell.metadata.get("tags", []))}
    kept["forced"] = forced(cell.metadata, f"the cell {name}")
    if known is None:
        role = LEARNER if cell.cell_type == "code" else TEXT
        return Cell(role, cell.cell_type, cell.source, **kept)
    about = dict(known.metadata["nbgrader"])
    if known.cell_type != "code":
        role = TEXT
    elif about["solution"]:
        role = LEARNER
    else:
        role = TEST if about["grade"] else LOCKED
    return Cell(role, known.cell_type, known.source, grade_id=name, about=about, **kept)


def forced(metadata: dict, where: str) -> str:
    """How tests are to run as {"anuman": {"tests": ...}} says; "" if it says nothing."""
    about = metadata.get("anuman")
    stated = about.get("tests", "") if isinstance(about, dict) else ""
    if stated not in ("", APART, TOGETHER):
        raise BadCourse(
            f'the metadata of {where} has "tests": {stated!r}; write "apart" or "together".'
        )
    return stated
