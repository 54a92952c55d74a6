"""How long a second `python3 start.py` takes until JupyterLab answers, beside a bare `jupyter lab`.

python benchmarks/bench_start.py [--rounds N]
Run it with the environment that start.py made. Both are started in turn, with empty settings.
Target: under 15 s.
"""

import argparse
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import needed  # noqa: F401

# isort: split

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

import lab_server

ROOT = Path(__file__).parents[1]
TARGET_S = 15
COMMANDS = {
    "jupyter lab": [sys.executable, "-m", "jupyterlab", "--allow-root"],
    "start.py": ["python3", str(ROOT / "start.py"), "lab"],
}


def seconds(command: list[str]) -> float:
    """From the command to the answers of /api/status and /lab."""
    with tempfile.TemporaryDirectory(prefix="anuman-bench-") as temporary:
        folder = Path(temporary)
        (folder / "course").mkdir()
        began = time.perf_counter()
        server = lab_server.start(folder, command, ANUMAN_COURSE=str(ROOT))
        try:
            with urllib.request.urlopen(f"{server.url}/lab?token={server.token}") as page:
                page.read()
            return time.perf_counter() - began
        finally:
            server.stop()


def main() -> int:
    """Measure and print; 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    seconds(COMMANDS["start.py"])  # the first start sets things up; it does not count
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    middle = {name: statistics.median(measured) for name, measured in times.items()}
    for name, measured in times.items():
        print(
            f"{name:12} median {middle[name]:5.2f} s, slowest {max(measured):5.2f} s, "
            f"ratio {middle[name] / middle['jupyter lab']:.2f}"
        )
    print(f"target: start.py under {TARGET_S} s")
    return int(middle["start.py"] >= TARGET_S)


if __name__ == "__main__":
    sys.exit(main())
