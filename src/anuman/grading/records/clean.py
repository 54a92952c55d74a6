"""Notebooks made safe to read: what a learner's cells put out or say runs no script anywhere.

Kept are text, errors, PNG and JPEG pictures, and Markdown whose page is harmless. Metadata is
nbgrader's own only.
"""

import re
from collections.abc import Callable

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from .clean_markdown import as_block, clean_attachments, clean_markdown
from .clean_picture import PICTURES, picture

MOST_TEXT = 100_000  # characters of one output
MOST_PARSED = 300_000  # characters of Markdown in a notebook; parsing may take long
# Terminal codes other than colours, characters that are not text, marks that turn its direction.
UNSHOWN = re.compile(
    "\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b\\[[0-9;?]*[A-Za-ln-z]|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]"
    "|[\ud800-\udfff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
NBGRADER = (
    "grade_id",
    "grade",
    "solution",
    "task",
    "locked",
    "points",
    "schema_version",
    "checksum",
    "cell_type",
)
OWN = ("claimed", "apart", "together")  # the grader's own remarks on a cell
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def clean_notebook(
    notebook: NotebookNode, is_trusted: Callable[[NotebookNode], bool] | None = None
) -> None:
    """Make every cell of a notebook safe to read, in place.

    The Markdown of trusted cells stays as it is; without `is_trusted` these are the locked ones,
    whose text is the teacher's.
    """
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python")
    )
    parsed = 0
    for number, cell in enumerate(notebook.cells):
        trusted = (is_trusted or _is_locked)(cell)
        parsed += 0 if trusted or cell.cell_type == "code" else len(cell.source)
        notebook.cells[number] = clean_cell(cell, trusted, parse=parsed <= MOST_PARSED)


def clean_cell(cell: NotebookNode, trusted: bool = False, parse: bool = True) -> NotebookNode:
    """The cell, safe to read; raw text, which pages show as HTML, becomes a block of Markdown."""
    about = cell.metadata.get("nbgrader")
    graders = cell.metadata.get("anuman")
    cell.metadata = NotebookNode()
    for name, values, kept in (("nbgrader", about, NBGRADER), ("anuman", graders, OWN)):
        if isinstance(values, dict):
            found = {key: values[key] for key in kept if key in values}
            cell.metadata[name] = NotebookNode(found)
    if cell.cell_type == "code":
        cell.outputs = clean_outputs(cell.get("outputs", []))
        return cell
    if cell.cell_type == "raw":
        block = NotebookNode(new_markdown_cell(as_block(cell.source), metadata=cell.metadata))
        return block if "id" not in cell else NotebookNode({**block, "id": cell.id})
    attachments = clean_attachments(cell.pop("attachments", None))
    if not trusted:
        cell.source = clean_markdown(cell.source, attachments if parse else None)
    if attachments:
        cell.attachments = NotebookNode(attachments)
    return cell


def _is_locked(cell: NotebookNode) -> bool:
    about = cell.metadata.get("nbgrader")
    return isinstance(about, dict) and about.get("locked") is True and not about.get("solution")


def clean_outputs(outputs: list) -> list[NotebookNode]:
    """Of a code cell's outputs the text, errors and pictures."""
    cleaned = (_output(output) for output in outputs if isinstance(output, dict))
    return [output for output in cleaned if output is not None]


def _output(output: dict) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=plain(output.get("text")))
    if kind == "error":
        trace = output.get("traceback")
        return new_output(
            "error",
            ename=plain(output.get("ename"))[:200],
            evalue=plain(output.get("evalue")),
            traceback=[plain(line) for line in trace] if isinstance(trace, list) else [],
        )
    if kind in ("execute_result", "display_data") and isinstance(output.get("data"), dict):
        data = {mime: picture(mime, output["data"].get(mime)) for mime in PICTURES}
        data["text/plain"] = plain(output["data"].get("text/plain"))
        kept = {mime: content for mime, content in data.items() if content}
        count = {"execution_count": None} if kind == "execute_result" else {}
        return new_output(kind, kept, **count) if kept else None
    return None


def plain(text: object) -> str:
    """Text that a page or terminal can show: colours stay, other control codes go; cut when long."""
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        text = "".join(text)
    if not isinstance(text, str):
        return ""
    text = UNSHOWN.sub("", text[: 2 * MOST_TEXT])
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "\n… (cut)"
