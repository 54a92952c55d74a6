"""`anuman check` against one plain `nbgrader autograde` of the same notebook, in turns.

    python benchmarks/bench_check.py [ROUNDS]

Both start as a command of their own and end with the grade. The aim: at most 1.3 times as long.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import needed  # noqa: F401

# isort: split

COURSE = Path(__file__).resolve().parents[1]
NAME = "02-roofline"
AIM = 1.3


def seconds(command: list[str], folder: Path) -> float:
    """Wall time of one command."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def main(rounds: int) -> int:
    """Measure, print the medians and their ratio; 1 if the aim is missed."""
    tools = Path(sys.executable).parent
    os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        shutil.copy(COURSE / "nbgrader_config.py", root)
        shutil.copytree(COURSE / "solutions" / NAME, root / "solutions" / NAME)
        mine = root / "submitted" / "me" / NAME
        shutil.copytree(COURSE / "solutions" / NAME, mine)
        seconds(["nbgrader", "generate_assignment", NAME], root)
        commands = {
            "nbgrader autograde": ["nbgrader", "autograde", NAME, "--force"],
            "anuman check": ["anuman", "check", str(mine)],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(rounds + 1):
            for name, command in commands.items():
                spent = seconds(command, root)
                if turn:  # the first turn fills caches
                    times[name].append(spent)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratio = medians["anuman check"] / medians["nbgrader autograde"]
    print(
        json.dumps({"medians_s": medians, "rounds": rounds, "ratio": ratio, "aim": AIM}, indent=1)
    )
    return int(ratio > AIM)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
