"""Puts a learner's answers into the teacher's notebook.

The teacher's version gives every locked cell, every test, every id and all metadata, so that nothing
a submission states about itself counts. From the learner come the answers, found by nbgrader's ids,
and the learner's own cells, each after the cell that it stands after.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from . import bindings
from .work import LEARNER, TEXT, Cell, Template

Bound = Callable[[list[str]], frozenset[str]]  # the names that these cells bind


def rebuild(
    template: Template, submitted: list[dict], bound: Bound
) -> tuple[list[Cell], list[str]]:
    """The cells to grade, and remarks for the learner and the teacher.

    bound: reads the learner's text, which is done within limits; asked only if cells are missing.
    """
    known = {cell.grade_id: cell for cell in template.cells if cell.grade_id}
    chosen, notes = _chosen(known, submitted)
    own = _own_cells(template, known, chosen, submitted)
    missing = [name for name in known if name not in chosen]
    handed_in = {one["id"] for one in submitted}
    plain = [cell for cell in template.cells if cell.kind == "code" and not cell.grade_id]
    lacking = {cell.id for cell in plain if cell.id not in handed_in}
    there: frozenset[str] = frozenset()
    if lacking or any(known[name].role == LEARNER for name in missing):
        there = bound([one["source"] for one in submitted if one["kind"] == "code"])
    cells = list(own.get(None, []))
    for cell in template.cells:
        if cell.grade_id:
            answered = _answered(cell, chosen.get(cell.grade_id))
            if cell.grade_id in missing and cell.role == LEARNER:
                # What the learner has in another cell no empty function may replace.
                answered.source = bindings.without(cell.source, there)
            cells.append(answered)
            cells += own.get(cell.grade_id, [])
        elif cell.id in lacking and not bindings.bound(cell.source) <= there:
            put_back = _copy(cell)  # an import that was deleted by mistake
            put_back.source = bindings.without(cell.source, there)
            cells.append(put_back)
    notes += [f"The cell {name} was missing; it is put back." for name in missing]
    _number(cells)
    return cells, notes


def _chosen(known: dict[str, Cell], submitted: list[dict]) -> tuple[dict[str, dict], list[str]]:
    """The submitted cell that stands for each id: the first, or the first that is an answer at all."""
    copies: dict[str, list[dict]] = {}
    for one in submitted:
        if one["grade_id"] in known:
            copies.setdefault(one["grade_id"], []).append(one)
    chosen, notes = {}, []
    for name, candidates in copies.items():
        answers = [one for one in candidates if _is_answer(known[name], one)]
        chosen[name] = (answers or candidates)[0]
        if len(candidates) > 1:
            how = "its answers run in their order" if len(answers) > 1 else "one of them counts"
            notes.append(f"The cell {name} is there {len(candidates)} times; {how}.")
    return chosen, notes


def _is_answer(known: Cell, one: dict) -> bool:
    """Whether this copy of a cell holds code or text of the learner's."""
    return known.role in (LEARNER, TEXT) and one["source"].strip() != known.source.strip()


def _answered(cell: Cell, submitted: dict | None) -> Cell:
    """The teacher's cell, with the learner's text where it asks for one."""
    answer = _copy(cell)
    if submitted is not None and answer.about and answer.about.get("solution"):
        answer.source, answer.claimed = submitted["source"], submitted.get("claimed", "")
        answer.pictures = submitted["pictures"] if answer.kind == "markdown" else {}
    return answer


def _copy(cell: Cell) -> Cell:
    """The teacher's cell for one submission to be run in."""
    about = None if cell.about is None else dict(cell.about)
    return replace(cell, about=about, tags=list(cell.tags), outputs=[])


def _own_cells(template, known, chosen, submitted) -> dict[str | None, list[Cell]]:
    """The learner's other cells, by the id of the graded cell that they stand after (None: the top)."""
    last_kept = {id(one): name for name, one in chosen.items()}
    own: dict[str | None, list[Cell]] = {}
    after = None
    for one in submitted:
        original = known.get(one["grade_id"])
        if id(one) in last_kept:
            after = last_kept[id(one)]
        elif original is not None and not (original.role == LEARNER and _is_answer(original, one)):
            # An untouched copy, or one of a cell that is the teacher's: to be read, not run.
            own.setdefault(after, []).append(Cell(TEXT, "raw", one["source"]))
        else:
            role = LEARNER if one["kind"] == "code" else TEXT
            teachers = _same_cell(template.cells, one)
            cell = Cell(role, one["kind"], one["source"], pictures=one["pictures"])
            cell.claimed = one.get("claimed", "")
            if teachers is not None:
                cell.untouched, cell.tags = teachers.source == one["source"], teachers.tags
            own.setdefault(after, []).append(cell)
    return own


def _same_cell(cells: Iterable[Cell], one: dict) -> Cell | None:
    """The teacher's plain cell that this one is, changed or not."""
    for cell in cells:
        if not cell.grade_id and cell.kind == one["kind"] and one["id"] and cell.id == one["id"]:
            return cell
    return None


def _number(cells: list[Cell]) -> None:
    """Fresh ids: a submission's own may be doubled or no ids at all."""
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
