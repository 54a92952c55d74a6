"""start.py sets up a course from nothing, without a network, and mends what was broken."""

import ast
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from anuman.setup import lock

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
posix = pytest.mark.skipif(os.name == "nt", reason="moves folders and links as POSIX does")

# A course as small as can be: start.py is the real one, the library only says how it was started.
TOML = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "anuman"
version = "0"
scripts = { anuman = "anuman.cli:main" }
[tool.hatch.build]
dev-mode-exact = true
[tool.hatch.build.targets.wheel]
packages = ["src/anuman"]
"""
CLI = """
import json, os, sys
def main():
    facts = {"arguments": sys.argv[1:], "prefix": sys.prefix, "path": sys.path}
    facts |= {"environment": dict(os.environ), "folder": os.getcwd()}
    print(json.dumps(facts))
    return int(sys.argv[2]) if sys.argv[1:2] == ["exit"] else 0
"""


def repack(name: str, folder: Path) -> str:
    """Make a wheel of an installed package; returns its line for a lock."""
    package = distribution(name)
    tag = f"{name.replace('-', '_')}-{package.version}"
    wheel = folder / f"{tag}-py3-none-any.whl"
    own = [f for f in package.files if ".." not in f.parts and f.suffix != ".pyc"]
    record = ""
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in own:
            if file.name not in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
                content = file.locate().read_bytes()
                archive.writestr(file.as_posix(), content)
                digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
                record += f"{file.as_posix()},sha256={digest.decode()},{len(content)}\n"
        info = next(f.parts[0] for f in own if f.parts[0].endswith(".dist-info"))
        archive.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"{name}=={package.version} \\\n    --hash=sha256:{digest}\n"


def needed_by(*names: str) -> set[str]:
    """These packages, what they need, and what an editable installation needs."""
    needed, open_ = {"editables"}, list(names)
    while open_:
        needed.add(name := open_.pop())
        asked = [Requirement(line) for line in distribution(name).requires or []]
        open_ += [r.name for r in asked if not r.marker or r.marker.evaluate({"extra": ""})]
    return needed


@pytest.fixture(scope="module")
def seed(tmp_path_factory) -> Path:
    """A small course that was never started, with its packages in wheels/."""
    folder = tmp_path_factory.mktemp("seed")
    (folder / "src" / "anuman").mkdir(parents=True)
    (folder / "wheels").mkdir()
    shutil.copy(ROOT / "start.py", folder)
    (folder / "pyproject.toml").write_text(TOML, encoding="utf-8")
    (folder / "src" / "anuman" / "__init__.py").touch()
    (folder / "src" / "anuman" / "cli.py").write_text(CLI, encoding="utf-8")
    pins = "".join(
        repack(name, folder / "wheels") for name in sorted(needed_by("pip", "hatchling"))
    )
    for name in ("requirements.lock", "requirements-test.lock"):
        (folder / name).write_text(pins, encoding="utf-8")
    return folder


def environment(home: Path) -> dict[str, str]:
    """A bare computer without a network, on which the user has led Python astray."""
    bare = {key: os.environ[key] for key in ("SYSTEMROOT", "TEMP") if key in os.environ}
    ways = "import importlib.util as u, sys; sys.exit(not (u.find_spec('pip') or u.find_spec('ensurepip')))"
    bare_python = subprocess.call([sys._base_executable, "-c", ways]) != 0
    uv = [str(Path(shutil.which("uv")).parent)] if bare_python else []
    bare["PATH"] = os.pathsep.join(["/usr/bin", "/bin", *uv])
    bare["HOME"] = bare["USERPROFILE"] = str(home)
    nowhere = "http://127.0.0.1:9"
    bare |= {"http_proxy": nowhere, "https_proxy": nowhere, "all_proxy": nowhere}
    bare |= {"PIP_RETRIES": "0", "PIP_TIMEOUT": "2", "PIP_CONFIG_FILE": os.devnull}
    astray = {"PYTHONPATH": "/astray", "VIRTUAL_ENV": "/astray", "CONDA_PREFIX": "/astray"}
    return bare | astray | {"PIP_USER": "1", "PIP_TARGET": str(home / "astray")}


def run(course: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Start the course as a person does."""
    words = [sys.executable, str(course / "start.py"), *arguments]
    return subprocess.run(
        words, env=environment(course.parent), cwd=course.parent, capture_output=True, text=True
    )


def state(course: Path) -> dict:
    return json.loads((course / ".venv" / "anuman-setup.json").read_text(encoding="utf-8"))


def scripts(course: Path) -> Path:
    return course / ".venv" / ("Scripts" if os.name == "nt" else "bin")


@pytest.fixture(scope="module")
def first(seed, tmp_path_factory):
    """A course in a folder with a space and Devanagari letters, and what its first start said."""
    course = tmp_path_factory.mktemp("my course अनुमान") / "anuman"
    shutil.copytree(seed, course)
    return course, run(course)


@pytest.fixture
def course(first, tmp_path) -> Path:
    """The started course, moved by copying to a place of this test's own; wheels/ is gone."""
    copy = tmp_path / "course"
    shutil.copytree(first[0], copy, symlinks=True, ignore=shutil.ignore_patterns("wheels"))
    return copy


def test_is_readable_by_old_pythons():
    text = (ROOT / "start.py").read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.environment
def test_first_start_sets_up_and_hands_over(first):
    course, done = first
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["arguments"] == ["lab"]
    assert Path(facts["prefix"]) == course / ".venv"
    assert "without a network" in done.stderr and "Ready." in done.stderr
    assert state(course)["stage"] == "ready"
    assert not (course.parent / "astray").exists()


@pytest.mark.environment
def test_nothing_astray_reaches_the_course(first):
    facts = json.loads(first[1].stdout)
    values = facts["path"] + list(facts["environment"].values())
    assert not [value for value in values if value.endswith("astray")]
    assert Path(facts["environment"]["PATH"].split(os.pathsep)[0]) == scripts(first[0])


@pytest.mark.environment
def test_second_start_does_nothing_and_passes_the_exit_status_on(first):
    course, _ = first
    before = (course / ".venv" / "anuman-setup.log").read_bytes()
    done = run(course, "exit", "7")
    assert done.returncode == 7
    assert done.stderr == ""
    assert json.loads(done.stdout)["folder"] == str(course.parent)  # where the person is
    assert (course / ".venv" / "anuman-setup.log").read_bytes() == before


@pytest.mark.environment
@posix
def test_a_moved_course_is_repaired_without_network(course):
    done = run(course)
    assert done.returncode == 0, done.stderr
    assert "repairing" in done.stderr
    pip = subprocess.run([scripts(course) / "pip", "--version"], capture_output=True, text=True)
    assert str(course) in pip.stdout
    assert json.loads(done.stdout)["prefix"] == str(course / ".venv")
    assert run(course).stderr == ""


@pytest.mark.environment
@posix
def test_an_interpreter_that_is_gone_is_replaced(course):
    for link in scripts(course).glob("python*"):
        link.unlink()
        link.symlink_to("/nonexistent/python")
    done = run(course)
    assert done.returncode == 0, done.stderr
    assert "repairing" in done.stderr


@pytest.mark.environment
def test_a_half_made_setup_starts_afresh(seed, course):
    shutil.copytree(seed / "wheels", course / "wheels")
    broken = state(course) | {"stage": "making"}
    (course / ".venv" / "anuman-setup.json").write_text(json.dumps(broken), encoding="utf-8")
    shutil.rmtree(next(course.rglob("site-packages")) / "pip" / "_internal")
    (course / ".venv" / "left-over").touch()
    done = run(course)
    assert done.returncode == 0, done.stderr
    assert "afresh" in done.stderr
    assert not (course / ".venv" / "left-over").exists()
    assert state(course)["stage"] == "ready"


@pytest.mark.environment
def test_somebody_elses_venv_is_never_deleted(seed, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(seed, course)
    (course / ".venv").mkdir()
    (course / ".venv" / "precious").touch()
    (course / "requirements.lock").write_text("pip==0.0 --hash=sha256:00\n", encoding="utf-8")
    done = run(course)
    assert done.returncode == 1
    assert (course / ".venv-old-1" / "precious").exists()


@pytest.mark.environment
def test_a_new_lock_without_network_keeps_the_old_packages(course):
    assert run(course).returncode == 0
    old = state(course)["lock"]
    with (course / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("six==1.17.0 --hash=sha256:" + 64 * "0" + "\n")
    done = run(course)
    assert done.returncode == 0, done.stderr
    assert "no way to the package index" in done.stderr
    assert "Going on with the packages of the last setup" in done.stderr
    assert state(course)["lock"] == old and state(course)["stage"] == "ready"


def tamper_with_a_wheel(course: Path) -> None:
    wheel = next((course / "wheels").glob("pluggy-*"))
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("pluggy/extra.py", "print('not of the lock')")


def drop_the_hashes(course: Path) -> None:
    text = "".join(
        f"{pin.name}=={pin.version}\n" for pin in lock.read(course / "requirements.lock")
    )
    (course / "requirements.lock").write_text(text, encoding="utf-8")


@pytest.mark.environment
@pytest.mark.parametrize("crime", [tamper_with_a_wheel, drop_the_hashes])
def test_a_package_that_no_hash_vouches_for_is_refused(seed, tmp_path, crime):
    course = tmp_path / "course"
    shutil.copytree(seed, course)
    crime(course)
    done = run(course)
    assert done.returncode == 1
    assert "HASHES" in done.stderr.upper()
    assert not [*course.rglob("pluggy")]


@pytest.mark.environment
def test_without_network_the_first_start_says_what_to_do(seed, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(seed, course, ignore=shutil.ignore_patterns("wheels"))
    done = run(course)
    assert done.returncode == 1
    assert "start.py wheels --for" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.environment
def test_two_starts_at_once_make_one_setup(seed, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(seed, course)
    words = [sys.executable, str(course / "start.py")]
    both = [
        subprocess.Popen(
            words, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [process.communicate()[1].decode() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Making .venv" in text for text in said) == 1


def found(minor: int, pip: float = 24.0, ensurepip: bool = True, usable: bool = True) -> dict:
    version = f"3.{minor}.1"
    facts = {"minor": minor, "version": version, "pip": pip, "ensurepip": ensurepip}
    return facts | {"usable": usable, "path": f"/python{version}"}


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        ([found(12), found(13)], 12),  # the one that runs start.py
        ([found(9), None, found(13), found(11)], 13),  # too old, a shim that fails
        ([found(14), found(12)], 12),  # too new
        ([found(12, usable=False), found(11)], 11),  # 32 bit, PyPy or free-threaded
        ([found(13, pip=0, ensurepip=False), found(11)], 11),
        ([found(13, pip=22.0, ensurepip=False), found(11)], 11),  # that pip knows no --python
        ([found(9), found(14), None], None),
    ],
)
def test_picks_a_fitting_python(start, monkeypatch, pythons, chosen):
    monkeypatch.setattr(start, "pythons", lambda: iter(pythons))
    picked = start.find_python()
    assert picked == (next(p for p in pythons if p and p["minor"] == chosen) if chosen else None)


def test_a_python_without_any_installer_names_the_one_command(start, monkeypatch):
    monkeypatch.setattr(start, "pythons", lambda: iter([found(11, pip=0, ensurepip=False)]))
    monkeypatch.setattr(start, "system", lambda: ("debian", "12"))
    with pytest.raises(start.Stop, match=r"apt install python3(\.11)?-venv"):
        start.find_python()
    assert start.find_python(uv="/bin/uv")["minor"] == 11


def test_takes_no_pip_of_another_python_version(start, monkeypatch):
    monkeypatch.setattr(start, "venv_minor", lambda code="": 0 if "pip" in code else 12)
    monkeypatch.setattr(start, "pythons", lambda: iter([found(10), found(12, pip=22.0), None]))
    assert start.pip_command() == []
    monkeypatch.setattr(start, "pythons", lambda: iter([found(10), found(12)]))
    assert start.pip_command()[0] == "/python3.12.1"


@pytest.mark.parametrize(
    ("system", "command"),
    [
        (("ubuntu", "22.04"), "apt install python3.11-venv"),
        (("debian", "11"), "pip install --user uv"),
        (("fedora", "43"), "dnf install python3.12"),
        (("windows", ""), "winget install Python.Python.3.13"),
        (("mac", ""), "python"),
    ],
)
def test_names_one_command_for_a_python(start, monkeypatch, system, command):
    monkeypatch.setattr(start, "system", lambda: system)
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 2))
    assert command in start.command_for_python()


@posix
def test_a_stand_in_for_python_is_not_taken_for_one(start, tmp_path):
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\necho 'Python was not found'; exit 9\n", encoding="utf-8")
    shim.chmod(0o755)
    assert start.probe(str(shim)) is None
    assert start.probe(sys.executable)["minor"] == sys.version_info[1]
