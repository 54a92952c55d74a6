"""Broken, odd and hostile notebook files and folders: each gets what its answers deserve, or a note."""

import copy
import json
import os
from pathlib import Path

import nbformat
from attack import Attack, all_of
from nbformat.v4 import new_code_cell, new_output
from plain_course import cell

NUMBERS, WORDS = all_of("numbers"), all_of("words")
WRONG_MEAN = "def mean(values):\n    return 0"


def text_of(notebook) -> str:
    """A notebook as the text of its file, whatever is wrong with it."""
    return json.dumps(notebook)


def numbers_file(make) -> dict:
    """A way of writing the submission: both notebooks, but numbers.ipynb holds make(its text)."""

    def write(folder: Path, notebooks: dict) -> None:
        _write_all(folder, notebooks)
        (folder / "numbers.ipynb").write_bytes(make(text_of(notebooks["numbers"])))

    return {"write": write}


def _write_all(folder: Path, notebooks: dict) -> None:
    folder.mkdir(parents=True)
    for name, notebook in notebooks.items():
        (folder / f"{name}.ipynb").write_text(text_of(notebook), encoding="utf-8")


def with_extra(act) -> dict:
    """A way of writing the submission: as always, then act(folder)."""

    def write(folder: Path, notebooks: dict) -> None:
        _write_all(folder, notebooks)
        act(folder)

    return {"write": write}


def changed(act) -> dict:
    """A change of the notebook "numbers" as plain JSON data."""

    def make(text: str) -> bytes:
        notebook = json.loads(text)
        notebook = act(notebook) or notebook
        return json.dumps(notebook).encode()

    return numbers_file(make)


def instead_of_numbers(act) -> dict:
    """A way of writing the submission: act(path) in the place of writing numbers.ipynb."""

    def write(folder: Path, notebooks: dict) -> None:
        _write_all(folder, notebooks)
        (folder / "numbers.ipynb").unlink()
        act(folder / "numbers.ipynb")

    return {"write": write}


def broken(name: str, how: dict) -> Attack:
    """numbers.ipynb cannot be read: no points for it, a note, and words.ipynb is graded."""
    return Attack(name, "files", lost=NUMBERS, noted=True, **how)


def fine(name: str, how: dict, **more) -> Attack:
    """Odd, but the answers are there."""
    return Attack(name, "files", **how, **more)


def _cell(notebook: dict, grade_id: str) -> dict:
    return next(
        c
        for c in notebook["cells"]
        if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def _huge_outputs(notebook):
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 2_000_000}]


def _bad_outputs(notebook):
    one = _cell(notebook, "mean")
    one["outputs"] = [{"output_type": "nonsense"}, 7, None, {"output_type": "stream", "text": [1]}]
    one["execution_count"] = "many"


def _odd_cells(notebook):
    notebook["cells"][1:1] = [
        {"cell_type": "code", "metadata": {}, "source": ["print(1)\n", "2"], "outputs": []},
        {"cell_type": "markdown", "metadata": {"nbgrader": "nonsense"}, "source": "x"},
        {"cell_type": "raw", "metadata": {"nbgrader": None, "jupyter": 5}, "source": "x"},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": 5}}, "source": "1"},
    ]


def _sources_as_lists(notebook):
    for one in notebook["cells"]:
        one["source"] = one["source"].splitlines(keepends=True)


def _old_format(notebook):
    old = nbformat.convert(nbformat.from_dict(notebook), 3)
    return json.loads(nbformat.v3.writes_json(old))


def _without_ids(notebook):
    notebook["nbformat_minor"] = 2
    for one in notebook["cells"]:
        one.pop("id", None)


def _one_id(notebook):
    for one in notebook["cells"]:
        one["id"] = "same"


def _copies(notebooks):
    cells = notebooks["numbers"].cells
    for name in ("mean", "mean-answer", "numbers-setup"):
        at = next(
            i for i, c in enumerate(cells) if c.metadata.get("nbgrader", {}).get("grade_id") == name
        )
        twin = copy.deepcopy(cells[at])
        twin.id = f"{name}-twin"
        twin.source = "raise ValueError('a copy is not run')"
        cells.insert(at + 1, twin)


def _no_tests(notebooks):
    for notebook in notebooks.values():
        notebook.cells = [
            c
            for c in notebook.cells
            if not c.metadata.get("nbgrader", {}).get("points") or c.id == "written"
        ]


def _no_locked_cells(notebooks):
    cells = notebooks["numbers"].cells
    notebooks["numbers"].cells = [
        c for c in cells if not c.metadata.get("nbgrader", {}).get("locked")
    ]


def _no_answer(notebooks):
    cells = notebooks["numbers"].cells
    notebooks["numbers"].cells = [c for c in cells if c.id != "mean-answer"]


def _no_cells(notebooks):
    notebooks["numbers"].cells = []


def _edited_tests(notebooks):
    cell(notebooks, "mean-answer").source = WRONG_MEAN
    for name in ("mean", "scale", "repeat"):
        cell(notebooks, name).source = "pass"


def _more_points(notebooks):
    cell(notebooks, "mean").metadata.nbgrader["points"] = 1000
    cell(notebooks, "scale").metadata.nbgrader["points"] = "many"
    cell(notebooks, "repeat").metadata.nbgrader["points"] = -5


def _other_kinds(notebooks):
    cell(notebooks, "mean").metadata.nbgrader.update(grade=False, locked=False)
    cell(notebooks, "scale").metadata.nbgrader.update(solution=True, schema_version=1)
    cell(notebooks, "repeat").metadata["tags"] = [
        "skip-execution",
        "raises-exception",
        "hide-output",
    ]
    cell(notebooks, "repeat-answer").metadata.nbgrader.update(locked=True, checksum="0" * 32)
    cell(notebooks, "mean-answer").metadata.nbgrader["cell_type"] = "markdown"


def _claims_a_mark(notebooks):
    cell(notebooks, "written").metadata.nbgrader["points"] = 300
    cell(notebooks, "mean-answer").source = WRONG_MEAN
    cell(notebooks, "mean").outputs = [
        new_output("execute_result", {"text/plain": "2.0"}, execution_count=1)
    ]
    cell(notebooks, "mean").metadata["nbgrader"].update(score=2, auto_score=2, manual_score=2)


def _swapped_answers(notebooks):
    one, two = cell(notebooks, "mean-answer"), cell(notebooks, "scale-answer")
    one.source, two.source = two.source, one.source


def _extra_task(notebooks):
    about = {"grade_id": "bonus", "grade": True, "solution": False, "locked": True, "points": 100}
    about |= {"schema_version": 3, "task": False}
    notebooks["numbers"].cells.append(new_code_cell("1", metadata={"nbgrader": about}))


def _raises_exception_tags(notebooks):
    cell(notebooks, "mean-answer").source = WRONG_MEAN
    for one in notebooks["numbers"].cells:
        one.metadata["tags"] = ["raises-exception", "skip-execution"]


def _kernel(spec):
    def change(notebooks):
        for notebook in notebooks.values():
            notebook.metadata["kernelspec"] = spec

    return change


def _slow_cells(notebooks):
    slow = "import time\ntime.sleep(1.8)"
    notebooks["numbers"].cells += [new_code_cell(slow) for _ in range(40)]


def _big_cell(notebooks):
    notebooks["numbers"].cells.append(new_code_cell("x = '" + "x" * 3_000_000 + "'"))


def _many_cells(notebook):
    plain = {"cell_type": "markdown", "metadata": {}, "source": "x"}
    notebook["cells"] += [{**plain, "id": f"m{i}"} for i in range(20_000)]


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)


def _hundred_megabytes(path: Path) -> None:
    path.write_bytes(b'{"cells": [' + b'"x",' * 25_000_000 + b'"x"]}')


def _unreadable(folder: Path) -> None:
    (folder / "numbers.ipynb").chmod(0)


def _odd_files(folder: Path) -> None:
    for name in (
        "a b.txt",
        "'; touch escaped-quote; '.txt",
        "new\nline.txt",
        "-rf",
        "%s%n{0}.txt",
        "हिंदी.txt",
    ):
        (folder / name).write_text("x")
    with open(os.fsencode(folder) + b"/\xff\xfe.txt", "w") as file:
        file.write("x")
    (folder / "<img src=x onerror='window.PWNED = 1'>.html").write_text(
        "<script>window.PWNED = 1</script>"
    )


def _shadowing_modules(folder: Path) -> None:
    evil = "import os\nopen('@/escaped-module', 'w')\nraise SystemExit('shadowed')\n"
    for name in (
        "json",
        "ast",
        "sitecustomize",
        "usercustomize",
        "nbgrader_config",
        "struct",
        "re",
    ):
        (folder / f"{name}.py").write_text(evil.replace("@", str(folder.parents[2])))
    (folder / "escaped.pth").write_text("import os; os._exit(1)\n")


def _fifo_beside(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "data.csv")


def _links_beside(folder: Path) -> None:
    (folder / "numbers-copy.ipynb").symlink_to(folder.parents[2] / "source/hw/numbers.ipynb")
    (folder / "all").symlink_to("/")
    (folder / "loop").symlink_to(folder)
    (folder / "config.txt").symlink_to(folder.parents[2] / "nbgrader_config.py")


def _extra_notebooks(folder: Path) -> None:
    text = (folder / "numbers.ipynb").read_text()
    (folder / "numbers (1).ipynb").write_text(text)
    (folder / "evil.ipynb").write_text("[" * 50_000)
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "numbers-checkpoint.ipynb").write_text(text)


def _many_files(folder: Path) -> None:
    (folder / "many").mkdir()
    for i in range(3000):
        (folder / "many" / str(i)).touch()


def _big_file(folder: Path) -> None:
    _sparse(folder / "data.bin")


def _deep_folders(folder: Path) -> None:
    deep = folder
    for _ in range(15):
        deep = deep / ("d" * 200)
        deep.mkdir()


def _timestamp(text: bytes) -> dict:
    return with_extra(lambda folder: (folder / "timestamp.txt").write_bytes(text))


def _pipe_timestamp(folder: Path) -> None:
    os.mkfifo(folder / "timestamp.txt")


def _linked_timestamp(folder: Path) -> None:
    (folder / "timestamp.txt").symlink_to("/dev/zero")


def _to_source(path: Path) -> None:
    path.symlink_to(path.parents[3] / "source/hw/numbers.ipynb")


def _to_neighbour(path: Path) -> None:
    path.symlink_to(path.parents[2] / "a-neighbour/hw/numbers.ipynb")


def _renamed(path: Path) -> None:
    """Nothing is put there: the notebook is missing."""


def _folder_in_its_place(path: Path) -> None:
    path.mkdir()
    (path / "x").touch()


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


NESTED = 200_000
ATTACKS = [
    broken("cut-off", numbers_file(lambda text: text.encode()[:-200])),
    broken("empty-file", numbers_file(lambda text: b"")),
    broken(
        "not-utf-8", numbers_file(lambda text: text.encode().replace(b"# numbers", b"\xff\xfe\xc3"))
    ),
    broken("deep-json", numbers_file(lambda text: b"[" * NESTED + b"]" * NESTED)),
    broken(
        "deep-metadata",
        numbers_file(
            lambda text: text.replace(
                '"metadata": {}',
                '"metadata": {"x": ' + '{"x": ' * NESTED + "1" + "}" * NESTED + "}",
                1,
            ).encode()
        ),
    ),
    broken("a-list", numbers_file(lambda text: b"[1, 2]")),
    broken("a-number", numbers_file(lambda text: b"1e999")),
    broken(
        "huge-integer",
        numbers_file(
            lambda text: text.replace('"nbformat": 4', f'"nbformat": {"4" * 10_000}').encode()
        ),
    ),
    fine("format-99", changed(lambda n: n.update(nbformat=99)), or_refused=NUMBERS),
    broken("cells-are-no-list", changed(lambda n: n.update(cells={"a": 1}))),
    broken("no-cells-at-all", changed(lambda n: n.pop("cells") and None)),
    broken("sparse-100-mb", instead_of_numbers(_sparse)),
    broken("full-100-mb", instead_of_numbers(_hundred_megabytes)),
    broken("pipe-as-notebook", instead_of_numbers(os.mkfifo)),
    broken("link-to-the-source", instead_of_numbers(_to_source)),
    broken("link-to-a-neighbour", instead_of_numbers(_to_neighbour)),
    broken("link-to-a-device", instead_of_numbers(_device)),
    broken("folder-as-notebook", instead_of_numbers(_folder_in_its_place)),
    broken("missing-notebook", instead_of_numbers(_renamed)),
    fine("byte-order-mark", numbers_file(lambda text: b"\xef\xbb\xbf" + text.encode())),
    fine(
        "not-a-number-in-json",
        numbers_file(
            lambda text: text.replace(
                '"metadata": {}', '"metadata": {"x": NaN, "y": 1e999}', 1
            ).encode()
        ),
    ),
    fine(
        "lone-surrogates-in-json",
        numbers_file(
            lambda text: text.replace("# Try things out here", "# \\ud800 \\u0000").encode()
        ),
    ),
    fine(
        "repeated-keys",
        numbers_file(
            lambda text: text.replace('"metadata": {}', '"metadata": {"a": 1, "a": 2}', 1).encode()
        ),
    ),
    fine("old-format", changed(_old_format)),
    fine("no-cell-ids", changed(_without_ids)),
    fine("one-id-for-all", changed(_one_id)),
    fine("minor-format-99", changed(lambda n: n.update(nbformat_minor=99))),
    fine("sources-as-lists", changed(_sources_as_lists)),
    fine("odd-cells", changed(_odd_cells)),
    fine("no-metadata", changed(lambda n: n.update(metadata={}))),
    fine("20000-cells", changed(_many_cells), or_refused=NUMBERS),
    fine("20-mb-of-outputs", changed(_huge_outputs)),
    fine("impossible-outputs", changed(_bad_outputs)),
    fine("3-mb-in-a-cell", {"change": _big_cell}),
    fine("72-s-in-slow-cells", {"change": _slow_cells}, lost=WORDS),
    fine("copied-cells", {"change": _copies}),
    fine("no-test-cells", {"change": _no_tests}),
    fine("no-locked-cells", {"change": _no_locked_cells}),
    fine("no-answer-cell", {"change": _no_answer}, lost=("mean",)),
    fine("no-cells", {"change": _no_cells}, lost=NUMBERS),
    fine("edited-tests", {"change": _edited_tests}, lost=("mean",)),
    fine("more-points", {"change": _more_points}),
    fine("other-kinds-of-cells", {"change": _other_kinds}),
    fine("claimed-mark", {"change": _claims_a_mark}, lost=("mean",)),
    fine("swapped-answers", {"change": _swapped_answers}, lost=("mean",)),
    fine("a-task-of-its-own", {"change": _extra_task}),
    fine("tags-that-skip", {"change": _raises_exception_tags}, lost=("mean",)),
    fine(
        "kernel-bash",
        {"change": _kernel({"name": "bash", "display_name": "Bash", "language": "bash"})},
    ),
    fine("kernel-elsewhere", {"change": _kernel({"name": "../../evil", "display_name": "x"})}),
    fine(
        "kernel-is-a-list",
        changed(lambda n: n["metadata"].update(kernelspec=["python3"], language_info=7)),
    ),
    fine("odd-file-names", with_extra(_odd_files)),
    fine("shadowing-modules", with_extra(_shadowing_modules)),
    fine("pipes-beside", with_extra(_fifo_beside)),
    fine("links-beside", with_extra(_links_beside)),
    fine("extra-notebooks", with_extra(_extra_notebooks)),
    fine("3000-files", with_extra(_many_files)),
    fine("100-mb-beside", with_extra(_big_file)),
    fine("deep-folders", with_extra(_deep_folders)),
    fine("future-timestamp", _timestamp(b"9999-12-31 23:59:59 UTC")),
    fine("nonsense-timestamp", _timestamp(b"yesterday \xff")),
    fine("huge-timestamp", _timestamp(b"2" * 5_000_000)),
    fine("pipe-as-timestamp", with_extra(_pipe_timestamp)),
    fine("device-as-timestamp", with_extra(_linked_timestamp)),
]
