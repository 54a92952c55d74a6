"""`anuman lab` opens the course in a JupyterLab of its own; `anuman doctor` tells what works."""

import http.cookiejar
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from ports import free_port

from anuman import paths
from anuman.setup import doctor, environment, lab

ROOT = paths.course_root()
START = 120  # seconds that a server may take on a loaded machine


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """`anuman lab` of a home folder with a misleading kernel in it: the printed URL, the port."""
    home = tmp_path_factory.mktemp("home")
    decoy = home / ".local" / "share" / "jupyter" / "kernels" / "python3"
    decoy.mkdir(parents=True)
    spec = {"argv": ["/nonexistent/python"], "display_name": "decoy", "language": "python"}
    (decoy / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "ANUMAN"))}
    port, log = free_port(), home / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "anuman.cli", "lab", "--no-browser", "--port", str(port)],
            env=bare | {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime")},
            cwd=home,
            stdout=file,
            stderr=file,
        )
        try:
            end = time.monotonic() + START
            while not (url := re.search(r"http://127\S+token=\S+", log.read_text())):
                assert process.poll() is None and time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            yield url[0], port, process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


@pytest.fixture(scope="module")
def get(opened):
    """Fetch a page of the opened JupyterLab, as its browser would."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
    base, token = re.match(r"(http://[^/]+).*token=(\S+)", opened[0]).groups()

    def fetch(path: str) -> tuple[int, str]:
        try:
            with opener.open(f"{base}{path}?token={token}", timeout=START) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    return fetch


@pytest.mark.environment
def test_opens_the_first_lesson(opened, get):
    assert "/lab/tree/lessons/00-start-here.ipynb?token=" in opened[0]
    assert f":{opened[1]}/" in opened[0]
    assert get("/api/contents/lessons/00-start-here.ipynb")[0] == 200
    status, page = get("/lab/tree/lessons/00-start-here.ipynb")
    assert status == 200 and "jupyter-config-data" in page


@pytest.mark.environment
def test_an_old_kernel_in_the_home_folder_does_not_shadow_ours(get):
    spec = json.loads(get("/api/kernelspecs")[1])["kernelspecs"]["python3"]["spec"]
    assert spec["argv"][0] != "/nonexistent/python"
    assert "ipykernel_launcher" in spec["argv"]


@pytest.mark.environment
def test_asks_nothing_and_looks_for_no_updates(get):
    page = get("/lab/api/settings/@jupyterlab/apputils-extension:notification")[1]
    properties = json.loads(page)["schema"]["properties"]
    assert properties["fetchNews"]["default"] == "false"
    assert properties["checkForUpdates"]["default"] is False


@pytest.mark.environment
def test_teachers_tools_work_and_those_that_need_an_exchange_are_off(get):
    page = get("/lab")[1]
    off = json.loads(re.search(r'"disabledExtensions": (\[[^]]*\])', page)[1])
    assert "@jupyter/nbgrader:assignment-list" in off and "@jupyter/nbgrader:course-list" in off
    assert "@jupyter/nbgrader:create-assignment" not in off
    assert get("/formgrader/manage_assignments")[0] == 200
    assert get("/assignments")[0] == 404


@pytest.mark.environment
def test_a_taken_port_is_named(opened, capsys):
    assert lab.run(None, browser=False, port=opened[1]) == 1
    assert f"port {opened[1]} is taken" in capsys.readouterr().err


def test_the_exchange_tools_come_back_for_a_teacher_who_asks(monkeypatch):
    monkeypatch.delenv("ANUMAN_EXCHANGE", raising=False)
    started_by_us = environment.child_environment()["JUPYTER_CONFIG_PATH"]
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", started_by_us + os.pathsep + "/theirs")
    assert "self_study" in environment.child_environment()["JUPYTER_CONFIG_PATH"]
    monkeypatch.setenv("ANUMAN_EXCHANGE", "1")
    assert "self_study" not in environment.child_environment()["JUPYTER_CONFIG_PATH"]
    path = environment.child_environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert path == [str(environment.CONFIG / "base"), "/theirs"]


def test_programs_of_the_course_come_first_on_path(monkeypatch):
    monkeypatch.setenv("PATH", "/elsewhere")
    path = environment.child_environment()["PATH"]
    assert path.endswith(os.pathsep + "/elsewhere")
    assert shutil.which("alembic", path=path)


@pytest.fixture
def lessons(tmp_path) -> Path:
    """A course with three lessons, one of them also in Hindi."""
    (tmp_path / "lessons" / "hi").mkdir(parents=True)
    for name in ("00-start-here", "02-roofline", "03-prefill"):
        (tmp_path / "lessons" / f"{name}.ipynb").touch()
    (tmp_path / "lessons" / "hi" / "02-roofline.ipynb").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "language", "file"),
    [
        ("02-roofline", "en", "lessons/02-roofline.ipynb"),
        ("02-roofline.ipynb", "en", "lessons/02-roofline.ipynb"),
        ("02-roofline", "hi", "lessons/hi/02-roofline.ipynb"),
        ("03-prefill", "hi", "lessons/03-prefill.ipynb"),
    ],
)
def test_finds_a_lesson(lessons, name, language, file):
    assert lab.lesson(lessons, name, language) == Path(file)


def test_an_unknown_lesson_names_the_nearest(lessons):
    with pytest.raises(lab.BadLesson, match=r"02-rofline.*Try: 02-roofline$"):
        lab.lesson(lessons, "02-rofline", "en")
    with pytest.raises(lab.BadLesson, match="Try: 00-start-here, 02-roofline, 03-prefill"):
        lab.lesson(lessons, "xyz", "en")


@pytest.mark.parametrize(
    ("name", "port", "words"),
    [("xyz", None, "no lesson 'xyz'"), (None, 0, "0 is not a port"), (None, 65536, "not a port")],
)
def test_bad_input_is_explained(capsys, name, port, words):
    assert lab.run(name, browser=False, port=port) == 2
    assert words in capsys.readouterr().err


def test_a_language_that_is_not_there(monkeypatch, capsys):
    monkeypatch.setenv("ANUMAN_LANG", "xx")
    assert lab.run(None, browser=False, port=None) == 2
    assert "ANUMAN_LANG is 'xx'" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no root")
@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_runs_as_root_only_when_root(monkeypatch, user, allowed):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    words = lab.command(ROOT, Path("lessons/a b.ipynb"), browser=True, port=None)
    assert ("--allow-root" in words) is allowed
    assert "--LabApp.default_url=/lab/tree/lessons/a%20b.ipynb" in words
    assert "--no-browser" not in words


# ---- doctor -------------------------------------------------------------------------------------


@pytest.mark.environment
def test_doctor_finds_this_machine_well(tmp_path, capsys):
    file = tmp_path / "report.json"
    status = doctor.run(file)
    assert status == 0, capsys.readouterr().out
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["works"] is True
    found = {line["id"]: line for line in report["findings"]}
    assert {line["status"] for line in found.values() if line["needed"]} == {"ok"}
    assert found["jupyterlab"]["needed"] and not found["exchange"]["needed"]
    assert "Everything that the course needs works here." in capsys.readouterr().out


def broken(check) -> doctor.Finding:
    finding = doctor.examine(check, needed=True)
    assert finding.status == "cannot" and finding.remedy
    return finding


@pytest.mark.environment
def test_doctor_misses_alembic(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "child_environment", lambda: {"PATH": str(tmp_path)})
    assert "alembic" in broken(doctor.nbgrader).text


def test_doctor_sees_a_package_of_another_version(monkeypatch):
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: ["numpy<1", "no-such-package"])
    monkeypatch.setattr(doctor.sys, "prefix", "/elsewhere")
    text = broken(doctor.packages).text
    assert "numpy is 2" in text and "no-such-package is missing" in text


def test_doctor_sees_a_file_that_is_gone(monkeypatch, tmp_path):
    info = tmp_path / "half_there-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: half-there\nVersion: 1.0\n", encoding="utf-8")
    record = "half_there/gone.py,,\nhalf_there/__pycache__/gone.pyc,,\n"
    (info / "RECORD").write_text(record, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: ["half-there"])
    monkeypatch.setattr(doctor.sys, "prefix", "/elsewhere")
    if sys.version_info < (3, 12):
        # Its finder hides missing files, as 3.12's own does.
        importlib.import_module("importlib_metadata")
    assert "lacks 1 files, e.g. half_there/gone.py" in broken(doctor.packages).text


@pytest.mark.environment
def test_doctor_sees_a_foreign_kernel(monkeypatch, tmp_path):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    other = tmp_path / "bin" / "python"
    other.parent.mkdir()
    other.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    other.chmod(0o755)
    # A kernel that runs, and reports another place of its Python.
    code = "import sys; sys.executable = sys.argv.pop(1); from ipykernel.kernelapp import launch_new_instance as run; run()"
    argv = [sys.executable, "-c", code, str(other), "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "other", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    surroundings = environment.child_environment() | {"JUPYTER_PATH": str(tmp_path)}
    monkeypatch.setattr(doctor, "child_environment", lambda: surroundings)
    assert str(other) in broken(doctor.kernel).text


def test_doctor_sees_a_folder_that_cannot_be_written(monkeypatch, tmp_path):
    file = tmp_path / "not-a-folder"
    file.touch()
    monkeypatch.setattr(doctor, "home", lambda: file)
    assert "cannot be written" in broken(doctor.disk).text


@pytest.mark.environment
def test_doctor_reports_a_failing_server_with_its_reason(monkeypatch):
    words = [sys.executable, "-c", "import sys; sys.exit('no such luck')"]
    monkeypatch.setattr(doctor.lab, "command", lambda *a, **k: list(words))
    assert "no such luck" in broken(doctor.jupyterlab).text


def test_doctor_exits_1_when_something_needed_fails(monkeypatch, capsys):
    def never():
        raise doctor.CannotError("it does not", "do it")

    monkeypatch.setattr(doctor, "CHECKS", [(doctor.python, True), (never, False)])
    assert doctor.run(None) == 0
    monkeypatch.setattr(doctor, "CHECKS", [(doctor.python, True), (never, True)])
    assert doctor.run(None) == 1
    assert "remedy: do it" in capsys.readouterr().out
