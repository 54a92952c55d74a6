"""What one attack is: a submission, the points it deserves and what must not come of it."""

import copy
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat.v4 import new_code_cell
from plain_course import POINTS, TASKS, answered

FAMILIES = Path(__file__).parents[1] / "attacks"


@dataclass(frozen=True)
class Attack:
    """One hostile (or merely odd) submission.

    `cells` holds source code by task; "first" and "last" are cells of the learner's own around the
    others of the notebook "numbers" and "after" one that follows the first test. Of the tasks in
    `lost` no points are earned, of all others the full ones. `write` puts other files than those
    of the notebooks into the submission's folder, or writes these in a way of its own.
    """

    name: str
    family: str
    cells: dict[str, str] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    noted: bool = False  # the teacher must be told
    or_refused: tuple[str, ...] = ()  # these tasks may instead earn nothing, with a note why
    own_harm: tuple[str, ...] = ()  # tasks that the attacker may lose by it, or not
    reaches_out: bool = False  # without a sandbox it would harm this machine
    change: Callable[[dict], None] | None = None
    write: Callable[[Path, dict], None] | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def points(self) -> dict[str, float]:
        """What it deserves, by task."""
        return POINTS | dict.fromkeys(self.lost, 0.0)

    def notebooks(self, release: dict, fill: Callable[[str], str]) -> dict:
        """The submitted notebooks; `fill` puts paths and ports into the sources."""
        sources = {name: fill(text) for name, text in self.cells.items()}
        own = {name: sources.pop(name, None) for name in ("first", "after", "last")}
        notebooks = answered(release, sources)
        cells = notebooks["numbers"].cells
        if own["after"]:
            at = next(i for i, one in enumerate(cells) if one.id == "repeat")
            cells.insert(at + 1, new_code_cell(own["after"], id="own-after"))
        if own["first"]:
            cells.insert(0, new_code_cell(own["first"], id="own-first"))
        if own["last"]:
            cells.append(new_code_cell(own["last"], id="own-last"))
        if self.change:
            self.change(notebooks)
        return copy.deepcopy(notebooks)


def from_toml(family: str) -> list[Attack]:
    """The attacks in FAMILY.toml."""
    rows = tomllib.loads((FAMILIES / f"{family}.toml").read_text(encoding="utf-8"))["attack"]
    attacks = [
        Attack(family=family, **{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()})
        for row in rows
    ]
    for attack in attacks:
        assert set(attack.cells) <= {*POINTS, "first", "after", "last"}, attack.name
        assert {*attack.lost, *attack.own_harm} <= set(POINTS), attack.name
    return attacks


def all_of(notebook: str) -> tuple[str, ...]:
    """The tasks of a notebook."""
    return tuple(TASKS[notebook])
