"""`anuman grade` and `anuman feedback` beside stock nbgrader, on the same honest submissions.

    python benchmarks/bench_grade.py [--submissions 60] [--long 12] [--growth 100] [--skip-stock]

One run on one machine: a course of plain assert cells, two small notebooks a submission. Prints each
figure beside its aim; the status is 1 if an aim is missed. Stock nbgrader takes about 2 s a submission.
"""

import argparse
import contextlib
import ctypes
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import needed  # noqa: F401

# isort: split

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))

from plain_course import ASSIGNMENT, POINTS, PlainCourse, about, cell, honest
from timed_command import Run, timed

WORKERS = 2
SECOND = """import time
started = time.process_time()
while time.process_time() - started < 1:
    pass"""
CALLS = """import time
import numpy as np

def microseconds(call):
    best = 1e9
    for _ in range(40):
        started = time.perf_counter()
        for _ in range(50):
            call()
        best = min(best, (time.perf_counter() - started) / 50)
    return best * 1e6

data = np.arange(1000.0)
print("scalar", microseconds(lambda: same(3)), "end")
print("array", microseconds(lambda: same(data)), "end")"""


class Bench:
    """A course, and the runs over its submissions."""

    def __init__(self, folder: Path):
        self.course = PlainCourse(folder / "course", timeout_s=30)
        shutil.copy(self.course.root / "gradebook.db", self.course.root / "empty.db")
        self.tool = str(Path(sys.executable).parent / "anuman")

    def submit(self, count: int, source: str | None = None) -> None:
        """Nothing but these honest submissions, with a cell more if wanted; no grades."""
        shutil.rmtree(self.course.root / "submitted", ignore_errors=True)
        self.forget()
        release = self.course.release()
        for number in range(count):
            notebooks, _points = honest(release, number)
            if source:
                notebooks["numbers"].cells.append(new_code_cell(source))
            self.course.submit(f"student-{number:04}", notebooks)

    def forget(self) -> None:
        """No grades, as before the first run."""
        for name in ("autograded", "feedback"):
            shutil.rmtree(self.course.root / name, ignore_errors=True)
        shutil.copy(self.course.root / "empty.db", self.course.root / "gradebook.db")

    def grade(self, workers: int = WORKERS, memory: bool = False) -> Run:
        """`anuman grade` from the start."""
        self.forget()
        words = [self.tool, "grade", ASSIGNMENT, "--workers", str(workers)]
        return timed(self.course, words, memory)

    def stock(self) -> Run:
        """`nbgrader autograde` from the start."""
        self.forget()
        return timed(self.course, ["nbgrader", "autograde", ASSIGNMENT])

    def check_points(self, count: int) -> None:
        """Every honest submission must have the points that it deserves."""
        release, found = self.course.release(), self.course.points()
        for number in range(count):
            expected = honest(release, number)[1]
            have = found[f"student-{number:04}"]
            if have != expected:
                raise SystemExit(f"student-{number:04}: {have}, not {expected}")

    def own_seconds(self) -> float:
        """What the cells of one honest submission take by themselves, in this process."""
        notebooks, _points = honest(self.course.release(), 0)
        started = time.perf_counter()
        for notebook in notebooks.values():
            space: dict = {}
            for one in notebook.cells:
                if one.cell_type == "code":
                    with contextlib.redirect_stdout(None):
                        exec(one.source, space)
        return time.perf_counter() - started


def class_evening(bench: Bench, count: int, skip_stock: bool) -> dict:
    """The class, graded by both, with feedback; all in and once running."""
    figures: dict = {}
    bench.submit(count)
    runs = [bench.grade(memory=number == 1) for number in range(2)]
    bench.check_points(count)
    ours = min(runs, key=lambda run: run.wall_s)
    running = (ours.wall_s - ours.first_s) / (count - 1)
    figures["grade, all in (s)"] = ours.wall_s
    figures["grade, running (s a submission)"] = running
    figures["first result (s)"] = min(run.first_s for run in runs)
    figures["worker PSS (MB)"] = max(max(run.worker_pss) for run in runs if run.worker_pss) / 1e6
    made = [timed(bench.course, [bench.tool, "feedback", ASSIGNMENT]) for _ in range(2)]
    feedback = min(made, key=lambda run: run.wall_s)
    figures["feedback (s)"] = feedback.wall_s
    few = max(2, count // 6)
    bench.submit(few)
    small = bench.grade()
    figures["CPU a notebook over the cells' own (ms)"] = 1e3 * (
        (ours.cpu_s - small.cpu_s) / (2 * (count - few)) - bench.own_seconds() / 2
    )
    if not skip_stock:
        bench.submit(count)
        stock = bench.stock()
        bench.check_points(count)
        figures["stock, all in (s)"] = stock.wall_s
        figures["all in (x stock)"] = stock.wall_s / ours.wall_s
        figures["together, all in (x stock)"] = stock.wall_s / together(bench).wall_s
        figures["running (x stock)"] = (stock.wall_s - stock.first_s) / count / running
        pages = timed(bench.course, ["nbgrader", "generate_feedback", ASSIGNMENT])
        figures["stock feedback (s)"] = pages.wall_s
        figures["feedback (x stock)"] = pages.wall_s / feedback.wall_s
    return figures


def together(bench: Bench) -> Run:
    """The same class with all tests in the learners' processes."""
    settings = bench.course.root / "nbgrader_config.py"
    apart = settings.read_text()
    settings.write_text(apart + 'c.GradeSettings.tests = "together"\n')
    run = bench.grade()
    settings.write_text(apart)
    return run


def long_cells(bench: Bench, count: int) -> dict:
    """Submissions that compute one second themselves, on one worker and on two."""
    bench.submit(count, SECOND)
    own = [_own_second()]
    one = bench.grade(workers=1)
    own.append(_own_second())
    two = bench.grade(workers=2)
    each_of_one = (one.wall_s - one.first_s) / (count - 1)
    each_of_two = (two.wall_s - two.first_s) / (count - 2)  # two are there at the first look
    return {
        "1 s of own computing, one worker (x own time)": each_of_one / statistics.mean(own),
        "two workers (x one)": each_of_one / each_of_two,
    }


def _own_second() -> float:
    """What the second of computing takes here and now, on a machine that others may use too."""
    started = time.perf_counter()
    for _ in range(3):
        exec(SECOND, {})
    return (time.perf_counter() - started) / 3


def growth(bench: Bench, count: int) -> dict:
    """Memory of the main process and of a worker at the beginning and at the end of many."""
    bench.submit(count)
    run = bench.grade(memory=True)

    def grown(values: list[float]) -> float:
        """From the median of the second fifth to that of the last one, in MB."""
        fifth = max(1, len(values) // 5)
        early, late = values[fifth : 2 * fifth], values[-fifth:]
        return (statistics.median(late) - statistics.median(early)) / 1e6

    return {
        f"worker growth over {count} (MB)": grown(run.worker_pss),
        f"main growth over {count} (MB)": grown(run.main_pss),
    }


def calls(bench: Bench) -> dict:
    """What a call from a test into the learner's process costs."""
    course = bench.course
    folder = course.root / "source" / "calls"
    folder.mkdir(exist_ok=True)
    source = new_notebook(
        cells=[
            new_code_cell(
                "### BEGIN SOLUTION\ndef same(x):\n    return x\n### END SOLUTION",
                metadata=about("same-answer", solution=True),
            ),
            new_code_cell(CALLS, metadata=about("same", grade=True, locked=True, points=1)),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(source, folder / "calls.ipynb")
    course.run("nbgrader", "generate_assignment", "calls", "--force")
    answer = nbformat.read(course.root / "release" / "calls" / "calls.ipynb", 4)
    cell({"calls": answer}, "same-answer").source = "def same(x):\n    return x"
    mine = course.root / "submitted" / "one" / "calls"
    mine.mkdir(parents=True, exist_ok=True)
    nbformat.write(answer, mine / "calls.ipynb")
    course.run(bench.tool, "grade", "calls", "--force")
    graded = nbformat.read(course.root / "autograded" / "one" / "calls" / "calls.ipynb", 4)
    said = "".join(o.get("text", "") for o in cell({"calls": graded}, "same").outputs)
    return {
        f"call with {label} (microseconds)": float(re.search(rf"{name} ([\d.]+) end", said)[1])
        for name, label in (("scalar", "a number"), ("array", "an 8 kB array"))
    }


AIMS = {
    "all in (x stock)": (">=", 20),
    "running (x stock)": (">=", 40),
    "together, all in (x stock)": (">=", 10),
    "CPU a notebook over the cells' own (ms)": ("<=", 50),
    "1 s of own computing, one worker (x own time)": ("<=", 1.15),
    "two workers (x one)": (">=", 1.9),
    "first result (s)": ("<=", 2.5),
    "worker PSS (MB)": ("<=", 100),
    "call with a number (microseconds)": ("<=", 100),
    "call with an 8 kB array (microseconds)": ("<=", 200),
    "feedback (x stock)": (">=", 1.8),
}


def report(figures: dict) -> list[str]:
    """Print figures beside their aims; the names of those that miss it."""
    missed = []
    for name, value in figures.items():
        sign, aim = AIMS.get(name, ("", None))
        reached = aim is None or (value >= aim if sign == ">=" else value <= aim)
        missed += [] if reached else [name]
        aimed = f"{sign} {aim:g}" if sign else ""
        print(f"{name:50} {value:10.3f}   {aimed:10} {'' if reached else 'missed'}", flush=True)
    return missed


def main() -> int:
    """Measure everything and print it; 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--long", type=int, default=12, help="submissions that compute 1 s")
    parser.add_argument("--growth", type=int, default=100, help="submissions for the memory")
    parser.add_argument("--skip-stock", action="store_true")
    args = parser.parse_args()
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    with tempfile.TemporaryDirectory(prefix="bench-grade-") as folder:
        bench = Bench(Path(folder).resolve())
        missed = report(calls(bench))
        missed += report(class_evening(bench, args.submissions, args.skip_stock))
        if args.long:
            missed += report(long_cells(bench, args.long))
        if args.growth:
            missed += report(growth(bench, args.growth))
    print(json.dumps({"cores": os.cpu_count(), "tasks": len(POINTS), "missed": missed}))
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
