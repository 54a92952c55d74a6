"""The files that say what is needed, the wheels of other systems, and the browser of the tests."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from anuman.setup import browser, doctor, lock, wheels

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
posix = pytest.mark.skipif(os.name == "nt", reason="moves folders and links as POSIX does")


# ---- the files that say what is needed ----------------------------------------------------------


def bounds(lines: list[str]) -> dict[str, SpecifierSet]:
    return {(r := Requirement(line)).name: r.specifier for line in lines}


def test_environment_yml_has_the_bounds_of_pyproject():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    named = bounds([entry for entry in conda if isinstance(entry, str)])
    assert named.pop("python") == SpecifierSet(PROJECT["project"]["requires-python"])
    assert named.pop("pip") == bounds(PROJECT["dependency-groups"]["build"])["pip"]
    assert named == bounds(PROJECT["project"]["dependencies"])


@pytest.mark.parametrize(
    ("file", "groups"),
    [("requirements.lock", ["build"]), ("requirements-test.lock", ["build", "test"])],
)
def test_locks_hold_what_pyproject_asks_for(file, groups):
    pins = lock.read(ROOT / file)
    asked = list(PROJECT["project"]["dependencies"])
    asked += [line for group in groups for line in PROJECT["dependency-groups"][group]]
    for name, specifier in bounds(asked).items():
        versions = [pin.version for pin in pins if pin.name == name]
        assert versions, f"{file} lacks {name}"
        assert all(version in specifier for version in versions), f"{file}: {name}"
    assert all(pin.hashes for pin in pins)
    assert "://" not in (ROOT / file).read_text(encoding="utf-8")


def test_the_test_lock_changes_no_version():
    plain, tests = (
        {(pin.name, pin.version, str(pin.marker)) for pin in lock.read(ROOT / file)}
        for file in ("requirements.lock", "requirements-test.lock")
    )
    assert plain <= tests


def test_every_file_names_the_same_pythons(start):
    asked = SpecifierSet(PROJECT["project"]["requires-python"])
    minors = {minor for minor in range(30) if f"3.{minor}" in asked}
    assert set(start.MINORS) == minors
    assert {int(name.split(".")[1]) for name in wheels.PYTHONS} == minors
    assert set(range(doctor.PYTHONS[0][1], doctor.PYTHONS[1][1])) == minors


def test_a_notebook_is_opened_without_building_grammars():
    """JupyterLab and all of nbgrader's programs import nbformat when they start."""
    code = "import sys, nbformat; sys.exit('lark' in sys.modules)"
    assert subprocess.call([sys.executable, "-c", code]) == 0


# ---- packages for other systems -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "own"), [("win", "pywinpty"), ("mac", "appnope"), ("linux", "ptyprocess")]
)
def test_wheels_judges_markers_by_the_other_system(system, own):
    pins = lock.read(ROOT / "requirements.lock")
    for markers, _ in wheels.TARGETS[system]:
        for python in wheels.PYTHONS:
            for _, chosen in wheels.needed(pins, markers, python):
                names = [pin.name for pin in chosen]
                assert own in names and "jupyterlab" in names
                assert len(names) == len(set(names))
                assert ("pywinpty" in names) == (system == "win")


def test_wheels_for_an_unknown_system(capsys):
    assert wheels.run(["win", "solaris"]) == 2
    assert "solaris" in capsys.readouterr().out


# ---- the browser of the tests -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "required"),
    [
        ({}, False),
        ({"CI": "false"}, False),
        ({"CI": "true"}, True),
        ({"ANUMAN_BROWSER": "required"}, True),
        ({"ANUMAN_BROWSER": "/usr/bin/chromium"}, True),
    ],
)
def test_says_when_a_browser_is_required(monkeypatch, setting, required):
    for name in ("CI", "ANUMAN_BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    assert browser.required() is required
    assert browser.chosen() == ("/usr/bin/chromium" if "/" in str(setting) else None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "status", "words"), [({"CI": "true"}, 1, "no browser"), ({}, 0, "1 skipped")]
)
@pytest.mark.skipif(sys.platform != "linux", reason="browsers lie in fixed places there")
def test_a_missing_browser_fails_where_it_must(tmp_path, setting, status, words):
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text("def test_it(chromium_path): pass\n", encoding="utf-8")
    bare = {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)],
        env=bare | setting | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stdout
    assert words in done.stdout


def test_a_stand_in_for_a_browser_is_not_taken_for_one():
    assert not browser.starts(sys.executable)
