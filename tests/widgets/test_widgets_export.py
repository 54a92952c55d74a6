"""Widgets without a kernel: exported pages and the pictures that lie beside the lessons."""

from pathlib import Path

import nbformat
import pytest
from drawing import drawings, examine
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


def data(notebook, cell):
    return notebook.cells[cell].outputs[0].data


def test_no_widget_state_is_stored(executed):
    assert "widgets" not in executed.metadata


def test_live_widgets_carry_their_picture_and_words(executed):
    for cell in (1, 3):
        bundle = data(executed, cell)
        assert "application/vnd.jupyter.widget-view+json" in bundle
        examine(bundle["image/svg+xml"])
        assert "H100-SXM" in bundle["text/plain"]
        assert "VBox" not in bundle["text/plain"]
    for cell in (2, 4):
        assert "VBox" not in data(executed, cell)["text/plain"]
        assert "text/html" in data(executed, cell)


def test_exported_page_shows_pictures_and_tables(executed):
    page, _resources = HTMLExporter().from_notebook_node(executed)
    svgs = [svg for svg in drawings(page) if "anuman-svg" in svg]
    assert len(svgs) == 5  # twice bars and roofline, once the published measurements
    for svg in svgs:
        assert 'role="img"' in svg
        assert "<title>" in svg
    assert page.count("<details>") == 3
    assert "H100-SXM" in page


def test_pictures_beside_the_lessons_are_what_the_library_draws():
    drawn = pictures.drawn(ROOT)
    assert drawn
    for path, svg in drawn.items():
        examine(svg)
        assert path.read_bytes() == svg.encode("utf-8"), f"{path.name}: run pictures.write"
    lying = set((ROOT / "lessons" / "pictures").glob("*-*.??.svg"))
    assert lying == set(drawn)


def test_write_is_repeatable(tmp_path):
    (tmp_path / "lessons").mkdir()
    pictures.write(tmp_path)
    first = {p: p.read_bytes() for p in (tmp_path / "lessons" / "pictures").iterdir()}
    pictures.write(tmp_path)
    assert first == {p: p.read_bytes() for p in first}
    assert set(first) == set(pictures.drawn(tmp_path))
