"""Pages that need nothing beside them, and tables that are safe to open."""

import base64
import csv
import io
import os
import re

import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from anuman.grading.course.errors import BadCourse
from anuman.grading.pages import page_exporter
from anuman.grading.pages.page_exporter import PageExporter
from anuman.grading.records import export
from anuman.grading.records.export import NO_GRADE, StudentGrade, Table, as_csv, as_moodle

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
SOURCE = re.compile(r'<img[^>]* src="([^"]*)"')


def page(folder, *cells):
    folder.mkdir(exist_ok=True)
    write(new_notebook(cells=list(cells)), folder / "nb.ipynb")
    return PageExporter().from_filename(str(folder / "nb.ipynb"))[0]


def test_pictures_beside_the_notebook_are_in_the_page(tmp_path):
    (tmp_path / "nb" / "figures").mkdir(parents=True)
    (tmp_path / "nb" / "fig.png").write_bytes(PNG)
    (tmp_path / "nb" / "figures" / "two.jpg").write_bytes(b"\xff\xd8\xff" + PNG)
    text = '![one](fig.png)\n\n<img src="figures/two.jpg" alt="two">\n\n![none](nothing.png)'
    one, two, none = SOURCE.findall(page(tmp_path / "nb", new_markdown_cell(text)))
    assert base64.b64decode(one.removeprefix("data:image/png;base64,")) == PNG
    assert two.startswith("data:image/jpeg;base64,")
    assert none == "nothing.png"


@pytest.mark.parametrize(
    "address",
    ["../secret.png", "/etc/passwd", "link.png", "notes.txt", "fake.png", "folder.png", "x\0.png"],
)
def test_only_pictures_below_the_notebook_are_read(tmp_path, address):
    folder = tmp_path / "nb"
    folder.mkdir()
    (folder / "folder.png").mkdir()
    (folder / "notes.txt").write_bytes(b"SECRET")
    (folder / "fake.png").write_bytes(b"SECRET")
    (tmp_path / "secret.png").write_bytes(PNG)
    os.symlink(tmp_path / "secret.png", folder / "link.png")
    assert "data:" not in "".join(
        SOURCE.findall(page(folder, new_markdown_cell(f"![x]({address})")))
    )


def test_formulas_are_in_the_page_as_mathml(tmp_path):
    text = "In $a_1 < b$ and\n\n$$\\frac{c}{d}$$\n\n\\begin{equation}\ne = f\n\\end{equation}\n\n`$g$` costs \\$5"
    made = page(tmp_path / "nb", new_markdown_cell(text), new_markdown_cell("$\\nosuch{x}$"))
    assert made.count("<math ") == 3 and made.count('<math display="block">') == 2
    assert "<msub><mi>a</mi><mn>1</mn></msub><mo>&lt;</mo>" in made
    assert "<code>$g$</code>" in made
    assert "$\\nosuch{x}$" in made


def test_a_page_is_never_too_large_to_open(tmp_path, monkeypatch):
    monkeypatch.setattr(page_exporter, "MOST_PICTURES", 3 * len(PNG))
    monkeypatch.setattr(page_exporter, "MOST_TEXT", 1_000)
    shown = new_output(
        "display_data", {"image/png": base64.b64encode(PNG).decode(), "text/plain": "x"}
    )
    said = new_output("stream", name="stdout", text="y" * 800)
    error = new_output("error", ename="E", evalue="z" * 800, traceback=["z" * 800])
    cells = [new_code_cell("1", outputs=[shown, said, error]) for _ in range(5)]
    made = page(tmp_path / "nb", *cells)
    assert made.count("data:image/png") == 3
    assert made.count("yyyy") + made.count("zzzz") < 1_000 / 4 + 20
    assert made.count("left out: the page would be too large") >= 2
    assert (
        page(tmp_path / "nb", *cells).count("data:image/png") == 3
    )  # the next page has its own room


# ---- tables ----------------------------------------------------------------------------------------


def of(name, points=2.5):
    return StudentGrade(name, name, name, name, True, "", points, 0.0, points, 3.0, False)


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(1)", " =1+1", "\t=1", "\r=1", "＝1+1"]
)
@pytest.mark.parametrize("rows", [as_csv, as_moodle])
def test_no_cell_is_run_by_a_spreadsheet(rows, name):
    made = Table().written(rows("hw", [of(name)]))
    cells = next(csv.reader(io.StringIO(made.split("\r\n", 1)[1], newline="")))
    assert f"'{name}" in cells
    assert not any(cell.lstrip().startswith(("=", "+", "@", "＝")) for cell in cells)


def test_points_below_zero_and_no_grade_stay_what_they_are():
    lines = Table().written(as_csv("hw", [of("ann", -1.5)])).splitlines()
    assert "-1.5" in lines[1] and "'-1.5" not in lines[1]
    absent = StudentGrade("a", "a", "a", "a", False, "", 0.0, 0.0, 0.0, 3.0, False)
    assert Table().written(as_moodle("hw", [absent])).splitlines()[1].endswith(f",{NO_GRADE}")


def test_separator_and_decimal_sign_of_other_countries():
    made = Table(";", ",").written(as_moodle("hw", [of("Müller; Jörg", 2.5)]))
    assert made.splitlines()[1] == '"Müller; Jörg";' * 3 + '"Müller; Jörg";2,50'
    assert Table("\t").written([["a", 1.5]]) == "a\t1.5\r\n"


@pytest.mark.parametrize(
    "how", [(";;", ".", None), ("a", ".", None), (",", "x", None), (",", ".", "utf-9")]
)
def test_a_table_that_cannot_be_written_is_refused(how):
    with pytest.raises(BadCourse, match=r"^--(separator|decimal|encoding)"):
        Table(*how)


def test_letters_that_an_encoding_lacks_are_named():
    assert export._encoded("आशा", "utf-16").decode("utf-16") == "आशा"
    with pytest.raises(BadCourse, match="cp1252 has no 'आशा'"):
        export._encoded("Rao, आशा", "cp1252")
