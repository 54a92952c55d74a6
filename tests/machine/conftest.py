"""A home of its own for each test, and one quick measuring of this computer."""

import pytest

from anuman import machine

QUICK = 0.3  # s


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    monkeypatch.setenv("ANUMAN_HOME", str(folder))
    return folder


@pytest.fixture(scope="module")
def measured():
    return machine.measure(seconds=QUICK)
