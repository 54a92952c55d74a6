"""Widgets without a kernel: exported pages and the pictures that lie beside the lessons."""

import re
from pathlib import Path

import nbformat
import pytest
from drawing import drawings, examine, saved_svg, words
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from anuman.widgets import pictures

ROOT = Path(__file__).parents[2]
CELLS = [
    "from anuman.widgets import *",
    "two_clocks()",
    "gate = predictions('x', [Question('q', 'How many?', 'users', 3)])\ngate",
    "two_clocks(gate)",
    "gate.score()",
    "published_roofline()",
    "news_card('003', 'S3.3')",
]


@pytest.fixture(scope="module", params=["en", "hi"])
def executed(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("course") / request.param
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANUMAN_HOME", str(folder))
        patch.delenv("ANUMAN_LANG", raising=False)
        NotebookClient(
            notebook, timeout=120, kernel_name="python3", store_widget_state=False,
            resources={"metadata": {"path": str(folder)}},
        ).execute()  # fmt: skip
    return notebook


def outputs(notebook, cell):
    return [output.data for output in notebook.cells[cell].outputs]


@pytest.mark.slow
def test_no_widget_state_is_stored(executed):
    assert "widgets" not in executed.metadata


@pytest.mark.slow
def test_a_live_picture_is_two_outputs_a_still_with_words_and_the_widget(executed):
    for cell in (1, 3):
        still, live = outputs(executed, cell)
        assert "H100-SXM" in words(examine(saved_svg(still["text/html"])))
        assert "<table" in still["text/html"] and "<svg" not in still["text/html"]
        assert not still["text/html"].startswith("<")  # a collapsed output shows the first line
        assert len("".join(still.values())) < 40_000
        assert "H100-SXM" in still["text/plain"]
        assert "application/vnd.jupyter.widget-view+json" in live
        assert live["text/html"] == "<span></span>" and not live["text/plain"].strip()


def test_exported_page_shows_pictures_and_tables(executed):
    page, _resources = HTMLExporter().from_notebook_node(executed)
    stills = re.findall(r'<img [^>]*src="data:image/svg\+xml;base64,', page)
    assert len(stills) == 2
    for svg in drawings(page):
        if "anuman-svg" in svg:
            # nbconvert writes attributes in lower case; a browser reads viewbox as viewBox.
            examine(svg.replace("viewbox=", "viewBox="))
    assert page.count("<details>") == 3
    assert "H100-SXM" in page


def test_pictures_beside_the_lessons_are_what_the_library_draws():
    drawn = pictures.drawn(ROOT)
    assert drawn
    for path, svg in drawn.items():
        if ".card." not in path.name:  # a card shows the upper part of its picture
            examine(svg)
        assert path.read_bytes() == svg.encode("utf-8"), f"{path.name}: run pictures.write"
    lying = set((ROOT / "lessons" / "pictures").glob("*-*.??.svg"))
    assert lying == set(drawn)


@pytest.mark.slow
def test_write_is_repeatable(tmp_path):
    (tmp_path / "lessons").mkdir()
    pictures.write(tmp_path)
    first = {p: p.read_bytes() for p in (tmp_path / "lessons" / "pictures").iterdir()}
    pictures.write(tmp_path)
    assert first == {p: p.read_bytes() for p in first}
    assert set(first) == set(pictures.drawn(tmp_path))
