"""Which of the files that were handed in is which notebook of the assignment."""

from collections.abc import Callable, Iterable

from .work import Template

TOGETHER_NS = (
    2_000_000_000  # files of one moment: an archive keeps even seconds, a copy makes all anew
)
MOST_READ = 50  # notebooks of a submission


class Unreadable(LookupError):
    """A file that is no notebook; the message says why."""


class Notebooks:
    """The notebooks of one submission, at its top: read at most once each.

    read: gives the cells of a file's content, or raises Unreadable.
    """

    def __init__(
        self, files: dict[str, bytes], times: dict[str, int], templates: Iterable[Template]
    ):
        names = [n for n in files if n.endswith(".ipynb") and "/" not in n]
        self._content = {n.removesuffix(".ipynb"): files[n] for n in names}
        self._times = {n.removesuffix(".ipynb"): times.get(n, 0) for n in names}
        self._templates = tuple(templates)
        self._read: dict[str, list[dict] | None] = {}
        self.taken: set[str] = set()
        self.notes: list[str] = []

    def find(self, template: Template, read: Callable[[bytes], list[dict]]) -> list[dict] | None:
        """The cells of the file that holds this notebook; None if none does."""
        found = {}
        for name in self._candidates(template):
            cells = self._cells(name, read)
            if cells is not None and (
                name == template.name or closest(self._templates, cells) is template
            ):
                found[name] = cells
        if not found:
            return None
        chosen, why = self._newest(found, template)
        self.taken.add(f"{chosen}.ipynb")
        if len(found) > 1:
            names = " and ".join(f"{name}.ipynb" for name in sorted(found))
            self.notes.append(f"{names} hold the same notebook: {why}, {chosen}.ipynb, is graded.")
        elif chosen != template.name:
            self.notes.append(f"{chosen}.ipynb is graded as {template.name}.ipynb.")
        return found[chosen]

    def _candidates(self, template: Template) -> list[str]:
        others = {one.name for one in self._templates}
        extra = sorted(name for name in self._content if name not in others)[:MOST_READ]
        return [template.name, *extra] if template.name in self._content else extra

    def _cells(self, name: str, read: Callable[[bytes], list[dict]]) -> list[dict] | None:
        if name not in self._read:
            try:
                self._read[name] = read(self._content[name])
            except Unreadable as error:
                self._read[name] = None
                self.notes.append(f"{name}.ipynb cannot be graded: {error}.")
        return self._read[name]

    def _newest(self, found: dict[str, list[dict]], template: Template) -> tuple[str, str]:
        """The newer file; of those of one moment the one with more answers. And in words which it is."""
        newest = max(self._times[name] for name in found)
        recent = [name for name in found if newest - self._times[name] < TOGETHER_NS]

        def weight(name: str) -> tuple:
            return answers(template, found[name]), self._times[name], name == template.name

        why = "the newer one" if len(recent) == 1 else "the one with more answers"
        return max(recent, key=weight), why


def answers(template: Template, submitted: list[dict]) -> int:
    """How many of the answer cells hold something of the learner's."""
    stubs = {
        c.grade_id: c.source.strip() for c in template.cells if (c.about or {}).get("solution")
    }
    given = [one for one in submitted if one["grade_id"] in stubs]
    return sum(one["source"].strip() not in ("", stubs[one["grade_id"]]) for one in given)


def closest(templates: Iterable[Template], submitted: list[dict]) -> Template | None:
    """The notebook that most of these cells belong to; None if none has one of them."""
    names = {one["grade_id"] for one in submitted}

    def shared(template: Template) -> int:
        return len(names & {cell.grade_id for cell in template.cells if cell.grade_id})

    best = max(templates, key=shared, default=None)
    return best if best is not None and shared(best) else None
