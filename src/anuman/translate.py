"""Keeps locale/hi.po and lessons/hi/ in step with the English lessons and library.

extract: every Markdown cell and every _("…") or N_("…") string becomes a message of locale/hi.po; a
changed one becomes fuzzy, a translation that is no longer needed is kept as obsolete.
build: writes lessons/hi/NAME.ipynb (a cell without a finished translation stays English and is
counted) and the compiled catalogue, which the library and start.py read with the standard library's
gettext: the same translations give the same bytes.
"""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import nbformat
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from . import paths

HEADER = """\
# Hindi translation of Anuman's lessons and library.
# Written by `anuman translate extract`; edit the msgstr lines only."""
HEADER_FIELDS = (b'"Language:', b'"Plural-Forms:', b'"MIME-', b'"Content-')
# *stress* that holds Devanagari; neither **bold** nor a product such as 2*3
SLANTED = re.compile(r"(?<![*\w])\*(?![*\s])([^*\n]*[\u0900-\u097f][^*\n]*)(?<!\s)\*(?![*\w])")
# Links and pictures of a Markdown cell: [text](target), src="target", href="target".
TARGET = re.compile(r'(\]\(\s*|(?:src|href)\s*=\s*["\'])([^)\s"\'<>]+)')
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#|/", re.IGNORECASE)


def po_file(root: Path) -> Path:
    """The file that holds all Hindi translations."""
    return root / "locale" / "hi.po"


def mo_file(root: Path) -> Path:
    """The compiled catalogue."""
    return root / "locale" / "hi" / "LC_MESSAGES" / "anuman.mo"


def lessons(root: Path) -> list[Path]:
    """The English lessons, the source of everything else."""
    return sorted((root / "lessons").glob("*.ipynb"))


def _read_notebook(path: Path) -> nbformat.NotebookNode:
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except nbformat.reader.NotJSONError as error:
        raise ValueError(
            f"{path} is not a notebook: {error}. Restore it, then run again."
        ) from None


def _code_strings(source: str, place: str) -> Iterator[str]:
    """The texts in _("…") and N_("…"), also within f-strings, which Babel sees only on some Pythons."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"{place} is not plain Python: {error}") from None
    for node in _in_order(tree):
        match node:
            case ast.Call(func=ast.Name(id="_" | "N_"), args=[ast.Constant(value=str(message))]):
                yield message


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


def messages(root: Path) -> Iterator[tuple[str, str]]:
    """Every English message with the place it comes from: lesson:cell, or a file of the library."""
    for path in lessons(root):
        for cell in _read_notebook(path).cells:
            place = f"{path.relative_to(root).as_posix()}:{cell.id}"
            if cell.cell_type == "markdown" and cell.source.strip():
                yield cell.source, place
            elif cell.cell_type == "code":
                for message in _code_strings(cell.source, place):
                    yield message, place
    yield from _library_messages(root)


def _library_messages(root: Path) -> Iterator[tuple[str, str]]:
    start = root / "start.py"
    for path in [*([start] if start.exists() else []), *sorted((root / "src").rglob("*.py"))]:
        place = path.relative_to(root).as_posix()
        for message in _code_strings(path.read_text(encoding="utf-8"), place):
            yield message, place


def _load(root: Path) -> Catalog:
    path = po_file(root)
    if not path.exists():
        return Catalog(locale="hi", project="Anuman", header_comment=HEADER, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="hi", abort_invalid=True)


def _po_bytes(catalog: Catalog) -> bytes:
    catalog.header_comment = HEADER
    buffer = BytesIO()
    write_po(buffer, catalog, width=0, include_previous=True)
    # Babel's other header lines are placeholders, or change although no translation did.
    head, separator, rest = buffer.getvalue().partition(b"\n\n")
    kept = [
        line
        for line in head.splitlines()
        if not line.startswith(b'"') or line.startswith(HEADER_FIELDS)
    ]
    return b"\n".join(kept) + separator + rest


def extract(root: Path) -> tuple[int, int]:
    """Bring locale/hi.po up to date. Gives the number of messages and of those not finished."""
    template = Catalog(project="Anuman", fuzzy=False)
    for message, place in messages(root):
        template.add(message, locations=[(place, None)])
    catalog = _load(root)
    catalog.update(template, update_header_comment=False)
    for name, message in list(catalog.obsolete.items()):
        if not message.string:  # nothing was translated, so nothing is lost
            del catalog.obsolete[name]
    path = po_file(root)
    data = _po_bytes(catalog)
    if not path.exists() or path.read_bytes() != data:
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
    every = [m for m in catalog if m.id]
    return len(every), sum(not finished(m) for m in every)


def finished(message: Message) -> bool:
    """Whether a message has a translation that nobody has marked for review."""
    return bool(message.string) and not message.fuzzy


def upright(text: str) -> str:
    """Stress in Devanagari as bold: the script has no italics, and slanted letters are hard to read."""
    return SLANTED.sub(r"**\1**", text)


def relocate(text: str, root: Path) -> str:
    """Markdown for one folder deeper: lessons stay beside each other, everything else moves up one level.

    A picture NAME.en.EXT gives way to NAME.hi.EXT where there is one.
    """

    def moved(match: re.Match) -> str:
        opening, target = match.groups()
        if ELSEWHERE.match(target):
            return match.group()
        name, hash_, anchor = target.partition("#")
        if (root / "lessons" / name).parent == root / "lessons" and name.endswith(".ipynb"):
            return match.group()
        hindi = re.sub(r"\.en(?=\.\w+$)", ".hi", name)
        name = hindi if (root / "lessons" / hindi).is_file() else name
        return f"{opening}../{name}{hash_}{anchor}"

    return TARGET.sub(moved, text)


def translated(root: Path) -> tuple[dict[Path, str], list[str]]:
    """The Hindi lessons as they should be: path -> text of the notebook, and the places left in English."""
    finished_messages = {m.id: m.string for m in _load(root) if m.id and finished(m)}
    written: dict[Path, str] = {}
    stale: list[str] = []
    for path in lessons(root):
        notebook = _read_notebook(path)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            elif cell.cell_type == "markdown" and cell.source.strip():
                if cell.source not in finished_messages:
                    stale.append(f"{path.name}:{cell.id}")
                said = finished_messages.get(cell.source, cell.source)
                cell.source = relocate(upright(said), root)
        text = nbformat.writes(notebook)
        written[root / "lessons" / "hi" / path.name] = text.rstrip("\n") + "\n"
    return written, stale


class _Compiled(Catalog):
    """A catalogue whose header names no date and no program."""

    mime_headers: ClassVar = [("Language", "hi"), ("Content-Type", "text/plain; charset=utf-8")]


def compiled(root: Path) -> bytes:
    """The compiled catalogue as it should be: the finished translations of what code can say.

    Cells of lessons are left out: they are translated when lessons/hi/ is written.
    """
    said = {message for message, _place in _library_messages(root)}
    for path in lessons(root):
        for cell in _read_notebook(path).cells:
            if cell.cell_type == "code":
                said.update(_code_strings(cell.source, f"{path.name}:{cell.id}"))
    catalog = _Compiled(locale="hi", fuzzy=False)
    for message in _load(root):
        if message.id in said and finished(message):
            catalog[message.id] = message
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def build(root: Path, strict: bool = False) -> int:
    """Write lessons/hi/ and the compiled catalogue. Gives the number of cells left in English; with
    strict, and if that is above zero, nothing is written."""
    written, stale = translated(root)
    if stale and strict:
        return len(stale)
    folder = root / "lessons" / "hi"
    folder.mkdir(exist_ok=True)
    for path, text in written.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    for path in set(folder.glob("*.ipynb")) - set(written):
        path.unlink()  # its English source is gone
    mo_file(root).parent.mkdir(parents=True, exist_ok=True)
    mo_file(root).write_bytes(compiled(root))
    return len(stale)


def check(root: Path) -> list[str]:
    """Names of the built files that differ from what build would write."""
    wanted = {path: text.encode("utf-8") for path, text in translated(root)[0].items()}
    wanted[mo_file(root)] = compiled(root)
    here = set(wanted) | set((root / "lessons" / "hi").glob("*.ipynb"))
    return sorted(
        path.relative_to(root).as_posix()
        for path in here
        if path not in wanted or not path.exists() or path.read_bytes() != wanted[path]
    )


def run(action: str, strict: bool = False) -> int:
    """`anuman translate`: extract, build or check. Exit code 1 when something needs attention."""
    root = paths.course_root()
    if action == "extract":
        total, unfinished = extract(root)
        print(f"{po_file(root)}: {total} messages, {unfinished} without a finished translation")
        return 1 if strict and unfinished else 0
    if action == "build":
        places = translated(root)[1]
        count = build(root, strict)
        print(f"{root / 'lessons' / 'hi'}: {count} cells are left in English")
        for place in places:
            print(f"  {place}")
        return 1 if strict and count else 0
    if action == "check":
        changed = check(root)
        for name in changed:
            print(f"{name} is not what `anuman translate build` writes; run it")
        return 1 if changed else 0
    raise ValueError(f"action is {action!r}: it is extract, build or check")
