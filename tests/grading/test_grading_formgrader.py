"""The real formgrader, served by a real Jupyter server, shows the class and its points."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from nbgrader_course import NAME
from ports import free_port
from synthetic_class import graded_class

pytestmark = [pytest.mark.classroom, pytest.mark.xdist_group("class")]  # graded once

TOKEN = "formgrader-test"


@contextmanager
def served(course):
    """A function that gets a page (with the status) from a Jupyter server in the course's folder."""
    port = free_port()
    log = (course.root / "server.log").open("w+")
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root"),
            *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
            *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={course.root}"),
        ],
        cwd=course.root,
        env=course.environment | {"JUPYTER_RUNTIME_DIR": str(course.root / "jupyter" / "runtime")},
        stdout=log,
        stderr=subprocess.STDOUT,
    )

    def get(path: str) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/{path}", headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.read().decode()

    try:
        end = time.monotonic() + 120
        while True:
            try:
                get("api/status")
                break
            except (urllib.error.URLError, ConnectionError):
                if server.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    pytest.fail(f"the server did not start:\n{log.read()}")
                time.sleep(0.2)
        yield get
    finally:
        server.terminate()
        server.wait(30)
        log.close()


@pytest.mark.skipif(os.name != "posix", reason="nbgrader's formgrader runs on POSIX systems")
def test_formgrader_shows_students_points_and_answers():
    course = graded_class()
    with served(course) as get:
        for page in ("", "manage_assignments", "gradebook", f"gradebook/{NAME}", "manage_students"):
            assert "nbgrader formgrade" in get(f"formgrader/{page}")
        assert NAME in get(f"formgrader/gradebook/{NAME}/{NAME}/")
        rows = {
            row["student"]: row for row in json.loads(get(f"formgrader/api/submissions/{NAME}"))
        }
        for student, (_notebook, points, _said) in course.students.items():
            assert rows[student]["score"] == sum(points.values()), student
            assert rows[student]["max_score"] == 12
        assert rows["wrong-0"]["needs_manual_grade"] is False  # nothing was written to be read
        assert rows["answered"]["needs_manual_grade"] is True
        submitted = json.loads(get(f"formgrader/api/submitted_notebooks/{NAME}/{NAME}"))
        mine = next(row for row in submitted if row["student"] == "answered")
        shown = get(f"formgrader/submissions/{mine['id']}")
        assert "ridge: 0 of 0.5 points." in shown
        assert "Ten times at night, nothing at noon." in shown
