"""Puts a learner's answers into the teacher's notebook.

The teacher's version gives every locked cell, every test, every id and all metadata, so that nothing
a submission states about itself counts. From the learner come the answers, found by nbgrader's ids,
and the learner's own cells, each after the cell that it stands after.
"""

from collections.abc import Iterable
from dataclasses import replace

from . import bindings
from .work import LEARNER, TEXT, Cell, Template

MOST_READ = 100  # cells


def rebuild(template: Template, submitted: list[dict]) -> tuple[list[Cell], list[str]]:
    """The cells to grade, and remarks for the learner and the teacher."""
    known = {cell.grade_id: cell for cell in template.cells if cell.grade_id}
    chosen, notes = _chosen(known, submitted)
    own = _own_cells(template, known, chosen, submitted)
    cells = list(own.get(None, []))
    handed_in = {one["id"] for one in submitted}
    plain = [cell for cell in template.cells if cell.kind == "code" and not cell.grade_id]
    lacking = {cell.id for cell in plain if cell.id not in handed_in}
    bound = _bound(submitted) if lacking else frozenset()
    for cell in template.cells:
        if cell.grade_id:
            cells.append(_answered(cell, chosen.get(cell.grade_id)))
            cells += own.get(cell.grade_id, [])
        elif cell.id in lacking and not bindings.bound(cell.source) <= bound:
            cells.append(_copy(cell))  # an import that was deleted by mistake
    missing = [name for name, cell in known.items() if name not in chosen]
    notes += [f"The cell {name} was missing; it is put back." for name in missing]
    _number(cells)
    return cells, notes


def _bound(submitted: list[dict]) -> frozenset[str]:
    """Names that the learner's cells bind."""
    code = [one["source"] for one in submitted if one["kind"] == "code"]
    return frozenset().union(*map(bindings.bound_by_untrusted, code[:MOST_READ]))


def _chosen(known: dict[str, Cell], submitted: list[dict]) -> tuple[dict[str, dict], list[str]]:
    """The submitted cell that counts for each id: the first, or the first that is an answer at all."""
    copies: dict[str, list[dict]] = {}
    for one in submitted:
        if one["grade_id"] in known:
            copies.setdefault(one["grade_id"], []).append(one)
    chosen, notes = {}, []
    for name, candidates in copies.items():
        untouched = known[name].source.strip()
        answers = [one for one in candidates if one["source"].strip() != untouched]
        chosen[name] = (answers or candidates)[0]
        if len(candidates) > 1:
            notes.append(f"The cell {name} is there {len(candidates)} times; one of them counts.")
    return chosen, notes


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
        if id(one) in last_kept:
            after = last_kept[id(one)]
        elif one["grade_id"] in known:  # a copy that does not count: kept to be read, not run
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


def closest(templates: Iterable[Template], submitted: list[dict]) -> Template | None:
    """The notebook that most of these cells belong to; None if none has one of them."""
    names = {one["grade_id"] for one in submitted}

    def shared(template: Template) -> int:
        return len(names & {cell.grade_id for cell in template.cells if cell.grade_id})

    best = max(templates, key=shared, default=None)
    return best if best is not None and shared(best) else None
