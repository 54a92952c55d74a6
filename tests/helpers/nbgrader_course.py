"""A course of its own in a temporary folder, and the real nbgrader commands run in it."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

REPOSITORY = Path(__file__).resolve().parents[2]
NAME = "02-roofline"
TOOLS = Path(sys.executable).parent


class Course:
    """A copy of the course's settings and of one assignment's source, and what nbgrader makes of it."""

    def __init__(self, root: Path, name: str = NAME):
        self.root, self.name = root, name
        self.environment = {
            **os.environ,
            "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
            "NBGRADER_EXCHANGE": str(root / "exchange"),
            "ANUMAN_COURSE": str(REPOSITORY),
            "JUPYTER_CONFIG_DIR": str(root / "jupyter" / "config"),
            "JUPYTER_DATA_DIR": str(root / "jupyter" / "data"),
            "IPYTHONDIR": str(root / "jupyter" / "ipython"),
        }
        root.mkdir(parents=True, exist_ok=True)
        (root / "exchange").mkdir()
        (root / "exchange").chmod(0o777)
        shutil.copy(REPOSITORY / "nbgrader_config.py", root)
        shutil.copytree(REPOSITORY / "solutions" / name, root / "solutions" / name)

    def nbgrader(self, *arguments: str, ok: bool = True, folder: Path | None = None, **environment):
        """Run `nbgrader ARGUMENTS` here (or in folder); ok: it must succeed."""
        done = subprocess.run(
            ["nbgrader", *arguments],
            cwd=folder or self.root,
            env=self.environment | environment,
            capture_output=True,
            text=True,
        )
        if ok:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    def source(self):
        """The assignment's source, with its solutions."""
        return self.read("solutions", self.name)

    def release(self):
        """The generated assignment, as a learner gets it."""
        return self.read("exercises", self.name)

    def read(self, *folders: str):
        """The notebook in one of the course's folders."""
        return nbformat.read(self.root.joinpath(*folders, f"{self.name}.ipynb"), as_version=4)

    def submit(self, student: str, notebook) -> Path:
        """Copy a notebook (or the text of a file) into submitted/."""
        path = self.root / "submitted" / student / self.name / f"{self.name}.ipynb"
        path.parent.mkdir(parents=True)
        if isinstance(notebook, str):
            path.write_text(notebook, encoding="utf-8")
        else:
            nbformat.write(notebook, path)
        return path


def answered(release, sources: dict[str, str]):
    """The release with these answers, by task, in its answer cells."""
    notebook = copy.deepcopy(release)
    for task, source in sources.items():
        cell(notebook, f"{task}-answer").source = source
    return notebook


def cell(notebook, grade_id: str):
    """The first cell with this nbgrader id."""
    return next(c for c in notebook.cells if grade_id_of(c) == grade_id)


def grade_id_of(one) -> str | None:
    """nbgrader's id of a cell, or None."""
    return one.metadata.get("nbgrader", {}).get("grade_id")


def text_of(one) -> str:
    """All that a cell printed."""
    return "".join(output.get("text", "") for output in one.outputs)
