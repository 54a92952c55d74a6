"""A class graded by `anuman grade` on a busy machine, one hand-in in four hostile: does anybody honest lose a point?

    python benchmarks/soak_grade.py [--submissions 200] [--busy 2] [--runs 3]

Every core does other work meanwhile (--busy processes that never rest). The hostile ones fork, spin,
take memory, fill sockets, never end, kill what they can. Whoever the first run leaves ungraded (the
report names them) the next one grades. The status is 1 if an honest submission has other points than
it deserves, or none after the last run.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import needed  # noqa: F401

# isort: split

from nbformat.v4 import new_code_cell

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))

from plain_course import ASSIGNMENT, PlainCourse, honest

EVERY = 4  # so many submissions have a hostile one among them
HOSTILE = {
    "spins": """import os, time
for _ in range(40):
    try:
        if os.fork() == 0:
            os.setsid()
            while True: pass
    except OSError: break
time.sleep(3)""",
    "never ends": "while True: pass",
    "forks": """import os, time
while True:
    try: os.fork()
    except OSError: time.sleep(0.1)""",
    "takes memory": """import numpy as np, os, time
for _ in range(8):
    if os.fork() == 0:
        kept = np.ones(2 ** 26)
        time.sleep(3)
        os._exit(0)
time.sleep(3)""",
    "fills sockets": """import socket, time
kept = []
try:
    while True:
        pair = socket.socketpair()
        kept.append(pair)
        pair[0].setblocking(False)
        try:
            while True: pair[0].send(b"x" * 65536)
        except BlockingIOError: pass
except OSError: time.sleep(2)""",
    "kills": """import os, signal
for number in (-1, os.getppid(), 1):
    try: os.kill(number, signal.SIGKILL)
    except OSError: pass
os._exit(1)""",
}
BUSY = "while True: pass"


def submit(course: PlainCourse, count: int) -> dict[str, dict[str, float]]:
    """Hand in; the points that each honest one deserves."""
    release, deserved = course.release(), {}
    kinds = list(HOSTILE)
    for number in range(count):
        notebooks, points = honest(release, number)
        student = f"student-{number:04}"
        if number % EVERY == EVERY // 2:
            attack = HOSTILE[kinds[number // EVERY % len(kinds)]]
            notebooks["numbers"].cells.insert(0, new_code_cell(attack))
        else:
            deserved[student] = points
        course.submit(student, notebooks)
    return deserved


def grade(course: PlainCourse) -> tuple[dict, float]:
    """{student: (status, notes)} of one run, and its seconds."""
    started, file = time.perf_counter(), course.root / "result.json"
    tool = str(Path(sys.executable).parent / "anuman")
    done = course.run(tool, "grade", ASSIGNMENT, "--json", str(file), ok=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout + done.stderr)
    students = json.loads(file.read_text("utf-8"))["students"]
    return {one["id"]: (one["status"], one["notes"]) for one in students}, (
        time.perf_counter() - started
    )


def main() -> int:
    """Grade, and compare what the honest have with what they deserve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--busy", type=int, default=os.cpu_count(), help="processes of other work")
    parser.add_argument("--runs", type=int, default=3, help="runs at most")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-grade-") as folder:
        course = PlainCourse(Path(folder).resolve() / "course", timeout_s=4)
        deserved = submit(course, args.submissions)
        others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(args.busy)]
        try:
            for run in range(1, args.runs + 1):
                found, seconds = grade(course)
                open_ = [one for one, (status, _notes) in found.items() if status == "failed"]
                mine = [one for one in open_ if one in deserved]
                print(
                    f"run {run}: {seconds:.0f} s, {len(open_)} not graded, {len(mine)} of them honest"
                )
                why = collections.Counter(note for one in mine for note in found[one][1])
                for note, count in why.items():
                    print(f"  {count} x {note}")
                if not mine:
                    break
        finally:
            for other in others:
                other.kill()
                other.wait()
        points = course.points()
    wrong = {
        who: points[who] for who in deserved if points.get(who, deserved[who]) != deserved[who]
    }
    for who, have in wrong.items():
        print(f"  {who}: {have}, not {deserved[who]}")
    missing = [who for who in deserved if who not in points]
    print(
        f"{args.submissions} submissions, {args.submissions - len(deserved)} of them hostile, "
        f"{args.busy} other processes: {len(wrong)} honest with wrong points, {len(missing)} ungraded"
    )
    return int(bool(wrong or missing))


if __name__ == "__main__":
    sys.exit(main())
