"""Reads a submitted notebook inside the learner's own process, where hostile JSON does no harm."""

import base64
import binascii
import json

from .fingerprint import fingerprint

MOST_CELLS = 10_000
MOST_SOURCE = 1_000_000  # characters of one cell
PICTURES = ("image/png", "image/jpeg")
KINDS = ("code", "markdown", "raw")


class NotANotebook(ValueError):
    """The file cannot be graded; the message says why."""


def cells_of(content: bytes) -> list[dict]:
    """The cells of a notebook: kind, nbgrader's id, own id, source, pasted pictures, mark of its outputs."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotANotebook(f"it is not UTF-8 text (byte {error.start + 1})") from None
    except RecursionError:
        raise NotANotebook("its JSON is nested too deeply") from None
    except MemoryError:
        raise NotANotebook("it needs more memory than a submission may use") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotANotebook(
            f"its JSON breaks at {where} ({error.msg})" if content.strip() else "it is empty"
        ) from None
    except ValueError as error:  # a number with too many digits
        raise NotANotebook(f"its JSON cannot be read ({error})") from None
    if not isinstance(notebook, dict):
        raise NotANotebook("it is JSON but not a notebook")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # format 3
        sheets = [s for s in notebook["worksheets"] if isinstance(s, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    if not isinstance(cells, list):
        raise NotANotebook("it has no cells")
    if len(cells) > MOST_CELLS:
        raise NotANotebook(f"it has {len(cells)} cells, more than the {MOST_CELLS} that are graded")
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def _cell(cell: dict) -> dict:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    kind = cell.get("cell_type")
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = about.get("grade_id") if isinstance(about, dict) else None
    own = cell.get("id")
    return {
        "kind": kind if kind in KINDS else "markdown",
        "grade_id": name if isinstance(name, str) and name else None,
        "id": own if isinstance(own, str) else None,
        "source": _printable(source[:MOST_SOURCE]) if isinstance(source, str) else "",
        "pictures": _pictures(cell.get("attachments")),
        "claimed": fingerprint(cell.get("outputs")),
    }


def _printable(text: str) -> str:
    """Without lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _pictures(attachments) -> dict:
    """Pictures pasted into a Markdown cell: {name: {type: bytes}}."""
    kept: dict = {}
    if not isinstance(attachments, dict):
        return kept
    for name, forms in attachments.items():
        for kind in PICTURES:
            text = forms.get(kind) if isinstance(forms, dict) else None
            if isinstance(text, str):
                try:
                    kept.setdefault(_printable(name), {})[kind] = base64.b64decode(text)
                except (binascii.Error, ValueError):
                    continue
    return kept
