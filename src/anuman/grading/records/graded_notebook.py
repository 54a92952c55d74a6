"""The graded notebook as it is written: the cells with their outputs, safe to read."""

import re

import nbformat
from nbformat import NotebookNode

from ..course import bindings
from ..course.work import TEST, Cell, Graded
from .clean import MOST_PARSED
from .clean_markdown import as_block, clean_attachments, clean_markdown
from .clean_picture import PICTURES, picture

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
NUMPY_NUMBER = re.compile(r"np\.\w+\((.*)\)")


def as_notebook(graded: Graded, digest: str) -> NotebookNode:
    """The notebook with its outputs, safe to read; its metadata says which submission it came of."""
    cells, parsed = [], 0
    for cell in graded.cells:
        parsed += len(cell.source) if cell.kind == "markdown" else 0
        cells.append(_as_cell(cell, parse=parsed <= MOST_PARSED))
    return nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": KERNEL,
                "language_info": {"name": "python"},
                "anuman": {"submission": digest},
            },
            "cells": cells,
        }
    )


def _as_cell(cell: Cell, parse: bool) -> dict:
    metadata: dict = {"nbgrader": cell.about} if cell.about else {}
    if cell.tags:
        metadata["tags"] = cell.tags
    made = {"cell_type": cell.kind, "id": cell.id, "metadata": metadata, "source": cell.source}
    if cell.claimed:
        metadata["anuman"] = {"claimed": cell.claimed}
    if cell.role == TEST:
        metadata["anuman"] = {"together" if cell.together else "apart": True}
    if cell.kind == "raw":  # pages show raw text as HTML
        made |= {"cell_type": "markdown", "source": as_block(cell.source)}
    elif cell.kind == "code":
        outputs = real_pictures(cell.outputs)
        if cell.together:
            outputs = in_hundredths(cell.source, outputs)
        if cell.role == TEST:
            outputs = plain_points(outputs, float(cell.about["points"]))
        made |= {"outputs": outputs, "execution_count": cell.count}
    else:
        attachments = clean_attachments(cell.pictures)
        if attachments:
            made["attachments"] = attachments
        teachers = cell.untouched or (cell.about or {}).get("locked")
        if not teachers:
            made["source"] = clean_markdown(cell.source, attachments if parse else None)
    return made


def real_pictures(outputs: list[dict]) -> list[dict]:
    """The outputs without pictures that are none: Jupyter puts their text into a page."""
    kept = []
    for output in outputs:
        data = output.get("data")
        for mime in PICTURES if isinstance(data, dict) else ():
            if mime in data:
                data[mime] = picture(mime, data[mime])
                if data[mime] is None:
                    del data[mime]
        if data != {}:
            kept.append(output)
    return kept


def in_hundredths(source: str, outputs: list[dict]) -> list[dict]:
    """The outputs of a test that ran in the learner's process, with points as coarse as hundredths.

    The learner may have stated them, and a page shows them: digits of any number would be a message.
    Only a test that ends in an expression gives a number of points at all.
    """
    kept = [one for one in outputs if one.get("name") != "stderr"]
    if not bindings.ends_in_expression(source):
        return [one for one in kept if one["output_type"] != "execute_result"]
    for one in kept:
        points = _points(one) if one["output_type"] == "execute_result" else None
        if points is not None:
            one["data"] = {"text/plain": repr(round(points, 2))}
    return kept


def _points(result: dict) -> float | None:
    """The number that a result is, NumPy's too; None for anything else."""
    text = result["data"].get("text/plain", "")
    match = NUMPY_NUMBER.fullmatch(text)
    try:
        return float(match[1] if match else text)
    except ValueError:
        return None


def plain_points(outputs: list[dict], most: float) -> list[dict]:
    """A test cell's outputs with its number of points in the one form that nbgrader reads rightly.

    nbgrader gives full marks for a NumPy number, and lets one beyond the maximum end the run.
    """
    results = [one for one in outputs if one["output_type"] == "execute_result"]
    if not results:
        return outputs
    points = _points(results[-1])
    if points is None:  # no number: nbgrader's rule for it stands
        return outputs
    if not 0.0 <= points <= most:
        said = f"the test gave {points:g} points of {most:g}"
        error = {"output_type": "error", "ename": "NoPoints", "evalue": said, "traceback": [said]}
        return [one for one in outputs if one not in results] + [error]
    results[-1]["data"]["text/plain"] = repr(points)
    return outputs
