"""Measurements that may last as long as one likes are shorter in the tests' copies of the lessons."""

import json
from pathlib import Path

STORM = {"own_storm.storm(72)": "own_storm.storm(12)"}
ALL = STORM | {"own_server.serve(60)": "own_server.serve(10)"}


def shorten(notebook: dict, shorter: dict[str, str]) -> None:
    """Replace these calls in the code cells of a notebook."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        for long, short in shorter.items():
            source = source.replace(long, short)
        cell["source"] = source


def shorten_all(folder: Path) -> None:
    """Shorten every notebook below a folder."""
    for path in folder.rglob("*.ipynb"):
        notebook = json.loads(path.read_text("utf-8"))
        shorten(notebook, ALL)
        path.write_text(json.dumps(notebook), "utf-8")
