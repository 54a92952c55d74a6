"""What several modules of these tests share: a released course, and an end for the engine's processes."""

import pytest


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """A course with one released assignment; copied by each test."""
    from plain_course import PlainCourse

    return PlainCourse(tmp_path_factory.mktemp("released") / "course")


@pytest.fixture
def course(released, tmp_path):
    return released.copy(tmp_path / "course")


@pytest.fixture(scope="session")
def zygotes():
    """The engine's processes end with the tests."""
    yield
    from anuman.grading import worker

    worker.close()
