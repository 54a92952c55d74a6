"""A course as any teacher may have it: its own settings, plain `assert` cells, two notebooks."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

TOOLS = Path(sys.executable).parent
ASSIGNMENT = "hw"
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "plain"
c.Execute.timeout = {timeout_s}
c.Execute.interrupt_on_timeout = True
EXCHANGE_TOKEN = "SECRET-config"
"""

# id -> (points, model answer, visible tests, hidden tests), by notebook
TASKS = {
    "numbers": {
        "mean": (
            2,
            "def mean(values):\n    return sum(values) / len(values)",
            "assert close(mean([1, 2, 3]), 2)",
            "assert close(mean([271828.0, 314159.0]), 292993.5)  # SECRET-hidden-mean\n"
            "assert close(mean([-1.0]), -1)\n"
            "cases = [([2.0], 2), ([4.0, 6.0], 5), ([0.0, 0.0, 0.0], 0)]\n"
            "assert all(map(lambda case: close(mean(case[0]), case[1]), cases))",
        ),
        "scale": (
            3,
            "def scale(x, factor):\n    return x * factor",
            "np.testing.assert_allclose(scale(np.arange(4.0), 2), [0, 2, 4, 6])",
            "np.testing.assert_allclose(scale(np.array([16180.5, 2.5]), 3), [48541.5, 7.5])\n"
            "assert scale(np.ones((2, 3)), 0.5).shape == (2, 3)  # SECRET-hidden-scale",
        ),
        "repeat": (
            1,
            "def repeat(f, n):\n    return [f(i) for i in range(n)]",
            "assert repeat(lambda i: i * i, 4) == [0, 1, 4, 9]",
            "base = 577215\n"
            "assert repeat(lambda i: base + i, 2) == [577215, 577216]  # SECRET-hidden-repeat",
        ),
    },
    "words": {
        "stack": (
            2,
            "class Stack:\n    def __init__(self):\n        self.items = []\n\n"
            "    def push(self, item):\n        self.items.append(item)\n\n"
            "    def pop(self):\n        return self.items.pop()",
            "s = Stack()\ns.push(1)\ns.push('two')\nassert s.pop() == 'two'",
            "s.push('SECRET-hidden-stack')\nassert s.pop() == 'SECRET-hidden-stack'\n"
            "assert s.pop() == 1",
        ),
        "count": (
            2,
            "def count(text):\n    if not text:\n        raise ValueError('no text')\n"
            "    return {letter: text.count(letter) for letter in text}",
            "assert count('abca') == {'a': 2, 'b': 1, 'c': 1}",
            "assert count('zzqz') == {'z': 3, 'q': 1}  # SECRET-hidden-count\n"
            "try:\n    count('')\nexcept ValueError:\n    pass\n"
            "else:\n    raise AssertionError('an empty text must raise ValueError')",
        ),
        "shout": (
            1,
            "def shout(word):\n    print(word.upper() + '!')",
            "import contextlib, io\nheard = io.StringIO()\n"
            "with contextlib.redirect_stdout(heard):\n    shout('hello')\n"
            "assert heard.getvalue() == 'HELLO!\\n'",
            "heard = io.StringIO()\nwith contextlib.redirect_stdout(heard):\n"
            "    shout('secret-hidden-shout')\nassert heard.getvalue() == 'SECRET-HIDDEN-SHOUT!\\n'",
        ),
    },
}
POINTS = {task: float(row[0]) for rows in TASKS.values() for task, row in rows.items()}
RIGHT = {task: row[1] for rows in TASKS.values() for task, row in rows.items()}
SETUP = "import numpy as np\n\n\ndef close(a, b):\n    return abs(a - b) < 1e-9"


class PlainCourse:
    """A course folder with one released assignment, and what a grader makes of its submissions."""

    def __init__(self, root: Path, timeout_s: int = 3):
        self.root = root
        self.home = root.parent / "home"
        self.environment = {
            **os.environ,
            "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home / "jupyter" / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "jupyter" / "data"),
            "IPYTHONDIR": str(self.home / "ipython"),
            "TEACHER_TOKEN": "SECRET-environment",
        }
        (self.home / ".ssh").mkdir(parents=True)
        (self.home / ".ssh" / "id_ed25519").write_text("SECRET-home\n")
        root.mkdir(parents=True)
        (root / "nbgrader_config.py").write_text(CONFIG.format(timeout_s=timeout_s))
        for name in TASKS:
            path = root / "source" / ASSIGNMENT / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(source_notebook(name), path)
        self.run("nbgrader", "generate_assignment", ASSIGNMENT)

    def run(self, *words: str, ok: bool = True, **options) -> subprocess.CompletedProcess:
        """Run a command in the course folder; ok: it must succeed."""
        options = {"cwd": self.root, "env": self.environment, "text": True} | options
        done = subprocess.run(words, capture_output=True, **options)
        assert not ok or done.returncode == 0, done.stdout + done.stderr
        return done

    def copy(self, root: Path) -> "PlainCourse":
        """The same course, in the state it has now, in another folder."""
        shutil.copytree(self.root, root)
        shutil.copytree(self.home, root.parent / "home")
        twin = copy.copy(self)
        twin.root, twin.home = root, root.parent / "home"
        twin.environment = {
            name: value.replace(str(self.home), str(twin.home))
            for name, value in self.environment.items()
        }
        return twin

    def release(self) -> dict:
        """The generated notebooks, as a learner gets them, by name."""
        return {
            name: nbformat.read(self.root / "release" / ASSIGNMENT / f"{name}.ipynb", 4)
            for name in TASKS
        }

    def folder(self, student: str, kind: str = "submitted") -> Path:
        """Where a student's submission (or what came of it) lies."""
        return self.root / kind / student / ASSIGNMENT

    def submit(self, student: str, notebooks: dict) -> None:
        """Write notebooks (or the bytes of files) by name into submitted/."""
        self.folder(student).mkdir(parents=True, exist_ok=True)
        for name, notebook in notebooks.items():
            path = self.folder(student) / f"{name}.ipynb"
            if isinstance(notebook, bytes):
                path.write_bytes(notebook)
            else:
                path.write_text(nbformat.writes(notebook), encoding="utf-8")

    def points(self) -> dict[str, dict[str, float | None]]:
        """Points by student and task, as the gradebook has them (None: not graded)."""
        found = {}
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as gradebook:
            for submission in gradebook.assignment_submissions(ASSIGNMENT):
                found[submission.student_id] = {
                    grade.name: grade.auto_score
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                    if grade.name in POINTS
                }
        return found


def source_notebook(name: str):
    """The teacher's version of a notebook: setup, answer and test cells, a written question."""
    cells = [
        new_markdown_cell(f"# {name}", id=f"{name}-title"),
        new_code_cell(SETUP, id=f"{name}-setup", metadata=about(f"{name}-setup", locked=True)),
    ]
    for task, (points, answer, visible, hidden) in TASKS[name].items():
        answer = f"### BEGIN SOLUTION\n# SECRET-solution-{task}\n{answer}\n### END SOLUTION"
        test = f"{visible}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
        cells += [
            new_code_cell(
                answer, id=f"{task}-answer", metadata=about(f"{task}-answer", solution=True)
            ),
            new_code_cell(
                test, id=task, metadata=about(task, grade=True, locked=True, points=points)
            ),
        ]
    cells.append(new_code_cell("# Try things out here", id=f"{name}-try"))
    if name == "words":
        written = about("written", grade=True, solution=True, points=3)
        cells.append(new_markdown_cell("Say why.", id="written", metadata=written))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def about(grade_id: str, **values) -> dict:
    """nbgrader's metadata of a cell."""
    plain = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {**plain, "schema_version": 3, "grade_id": grade_id, **values}}


def cell(notebooks: dict, grade_id: str):
    """The first cell with this nbgrader id in any of the notebooks."""
    return next(
        one
        for notebook in notebooks.values()
        for one in notebook.cells
        if one.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def answered(release: dict, sources: dict[str, str]) -> dict:
    """The release with these answers, by task, and the model answers for all other tasks."""
    notebooks = copy.deepcopy(release)
    for task, source in (RIGHT | sources).items():
        cell(notebooks, f"{task}-answer").source = source
    return notebooks


def honest(release: dict, number: int) -> tuple[dict, dict[str, float]]:
    """The honest submission with this number, and its points: every third has one wrong answer."""
    sources = {
        "mean": f"def mean(values):\n    total = {number} - {number}\n    for value in values:\n"
        "        total += value\n    return total / len(values)",
        "scale": "def scale(x, factor):\n    print('scaling', x.shape)\n    return factor * x",
    }
    lost = list(POINTS)[number // 3 % len(POINTS)] if number % 3 == 2 else None
    if lost:
        sources[lost] = f"def {lost}(*arguments):\n    return {number}"
        if lost == "stack":
            sources[lost] = "class Stack:\n    pass"
    return answered(release, sources), POINTS | ({lost: 0.0} if lost else {})
