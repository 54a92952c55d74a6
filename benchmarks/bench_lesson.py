"""How long each lesson runs headless, beside a notebook that only starts a kernel.

    python benchmarks/bench_lesson.py [rounds]

All run in turn, round after round. A lesson includes its own measurement of the machine.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import needed  # noqa: F401

# isort: split

import nbformat
from nbclient import NotebookClient

LESSONS = sorted((Path(__file__).parents[1] / "lessons").glob("[0-9]*.ipynb"))


def seconds(notebook: nbformat.NotebookNode) -> float:
    """Wall time of one headless run, kernel start and end included."""
    started = time.perf_counter()
    NotebookClient(notebook, resources={"metadata": {"path": str(LESSONS[0].parent)}}).execute()
    return time.perf_counter() - started


def main(rounds: int) -> None:
    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    times: dict[str, list[float]] = {"one empty cell": []} | {path.stem: [] for path in LESSONS}
    for _ in range(rounds):
        times["one empty cell"].append(seconds(empty))
        for path in LESSONS:
            with tempfile.TemporaryDirectory() as home:  # a fresh home: nothing measured before
                os.environ["ANUMAN_HOME"] = home
                times[path.stem].append(seconds(nbformat.read(path, as_version=4)))
    base = statistics.median(times["one empty cell"])
    for name, measured in times.items():
        middle = statistics.median(measured)
        print(
            f"{name:22} median {middle:6.2f} s   {middle / base:5.1f} x   max {max(measured):.2f} s"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
