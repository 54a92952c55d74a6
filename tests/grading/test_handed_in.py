"""Which file is which notebook, and what becomes of answers that lie elsewhere than they were asked for."""

import json
import os

import pytest
from engine import answer, cell_of_test, locked, submitted

from anuman.grading.course import handed_in, intake, notebook_file, staging
from anuman.grading.course.bindings import bound
from anuman.grading.course.template import as_template

STUB = "def f(x):\n    raise NotImplementedError()"
RIGHT = "def f(x):\n    return x"
TEST = "assert f(1) == 1"
SECOND = 1_000_000_000


def template(name="nb"):
    return as_template(name, [locked("import math"), answer(STUB), cell_of_test(TEST, "t")], {})


def all_bound(sources):
    return frozenset().union(*map(bound, sources))


def rebuilt(*cells, of=None):
    """What is run of the learner's and the answer cells, in order; remarks in rebuilt.notes."""
    made, rebuilt.notes = staging.rebuild(
        of or template(), notebook_file.cells_of(submitted(*cells)), all_bound
    )
    return [c.source for c in made if c.kind == "code" and c.role == "learner"]


def test_an_empty_function_does_not_replace_the_one_in_another_cell():
    assert rebuilt((None, RIGHT), ("t", TEST)) == [RIGHT, ""]
    assert "answer was missing" in " ".join(rebuilt.notes)
    assert rebuilt(("t", TEST)) == [STUB]


def test_of_two_functions_that_were_asked_for_the_missing_one_is_put_back():
    both = f"{STUB}\ndef g(x):\n    raise NotImplementedError()"
    of = as_template("nb", [answer(both), cell_of_test(TEST, "t")], {})
    own, put_back = rebuilt((None, RIGHT), ("t", TEST), of=of)
    assert own == RIGHT and bound(put_back) == {"g"}


def test_all_answers_in_copies_of_a_cell_run_in_their_order():
    first, second = "k = 1", "def f(x):\n    return x * k"
    cells = [("answer", first), ("answer", STUB), ("t", TEST), ("answer", second)]
    assert rebuilt(*cells) == [first, second]
    assert "3 times; its answers run in their order" in rebuilt.notes[0]


def test_copies_of_a_test_or_a_locked_cell_are_not_run():
    assert rebuilt(("answer", RIGHT), ("t", "t = 1"), ("t", "t = 2"), ("setup", "s = 1")) == [RIGHT]


def read(content):
    try:
        return notebook_file.cells_of(content)
    except notebook_file.NotANotebook as error:
        raise handed_in.Unreadable(str(error)) from None


def find(files, times, names=("nb",)):
    """Which file is taken for each notebook; the remarks."""
    templates = tuple(template(name) for name in names)
    notebooks = handed_in.Notebooks(files, times, templates)
    for one in templates:
        notebooks.find(one, read)
    return notebooks.taken, notebooks.notes


OLD, NEW = submitted(("answer", STUB), ("t", TEST)), submitted(("answer", RIGHT), ("t", TEST))


@pytest.mark.parametrize(
    ("times", "taken", "why"),
    [
        ({"nb.ipynb": 0, "nb-Copy1.ipynb": 60 * SECOND}, "nb-Copy1.ipynb", "the newer one"),
        ({"nb.ipynb": 60 * SECOND, "nb-Copy1.ipynb": 0}, "nb.ipynb", "the newer one"),
        ({"nb.ipynb": SECOND, "nb-Copy1.ipynb": 0}, "nb-Copy1.ipynb", "more answers"),
        ({}, "nb-Copy1.ipynb", "more answers"),
    ],
)
def test_of_two_files_with_one_notebook_the_newer_counts_and_both_are_named(times, taken, why):
    found, notes = find({"nb.ipynb": OLD, "nb-Copy1.ipynb": NEW}, times)
    assert found == {taken}
    assert "nb.ipynb and nb-Copy1.ipynb hold the same notebook" in notes[0] and why in notes[0]


def test_another_notebook_beside_it_is_no_second_version():
    helper = submitted((None, "helper = 1"))
    assert find({"nb.ipynb": NEW, "helper.ipynb": helper}, {}) == ({"nb.ipynb"}, [])


def test_an_unreadable_file_is_named_once():
    _found, notes = find({"nb.ipynb": b"{", "x.ipynb": b"[]"}, {}, ("nb", "other"))
    assert sorted(note.split(" cannot")[0] for note in notes) == ["nb.ipynb", "x.ipynb"]


def test_notebooks_in_a_folder_of_an_archive_are_found_with_their_data(tmp_path):
    inner = tmp_path / "hw 1" / "ps1"
    (inner / "data").mkdir(parents=True)
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "._nb.ipynb").write_text("junk")
    (inner / "nb.ipynb").write_bytes(NEW)
    (inner / "data" / "a.csv").write_text("1")
    (tmp_path / "timestamp.txt").write_text("2026-01-01 10:00:00 UTC")
    read = intake.Intake(str(tmp_path), [])
    assert sorted(read.files) == ["data/a.csv", "nb.ipynb", "timestamp.txt"]
    assert set(read.times) == set(read.files)
    assert "hw 1/ps1" in read.notes[0]


def test_a_helper_in_a_folder_leaves_the_notebook_at_the_top(tmp_path):
    (tmp_path / "lib").mkdir()
    for name in ("nb.ipynb", "lib/help.ipynb"):
        (tmp_path / name).write_text(json.dumps({"cells": []}))
    os.utime(tmp_path / "nb.ipynb", (5, 5))
    read = intake.Intake(str(tmp_path), [])
    assert set(read.files) == {"nb.ipynb", "lib/help.ipynb"} and read.notes == []
    assert read.times["nb.ipynb"] == 5 * SECOND
