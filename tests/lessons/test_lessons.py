"""Every lesson runs from top to bottom in both languages, and keeps to the course's own rules."""

import itertools
import re
from pathlib import Path

import nbformat
import pytest
import shorter
from nbclient import NotebookClient

from anuman import catalog, course
from anuman.lessons import start
from anuman.widgets.predictions import prediction_file

LESSONS = Path(__file__).parents[2] / "lessons"
SOURCES = sorted(LESSONS.glob("*.ipynb"))
BOTH = [*SOURCES, *sorted((LESSONS / "hi").glob("*.ipynb"))]
BEATS = 8


def label(path: Path) -> str:
    return str(path.relative_to(LESSONS).with_suffix(""))


def text(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_both_languages_have_the_same_lessons():
    assert SOURCES
    assert [p.name for p in SOURCES] == sorted(p.name for p in (LESSONS / "hi").glob("*.ipynb"))


def test_what_is_shortened_stands_in_a_lesson():
    everything = "".join(path.read_text("utf-8") for path in SOURCES)
    assert all(long in everything for long in shorter.ALL)


# In Hindi a browser runs every lesson from top to bottom.
@pytest.mark.lesson
@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_runs_from_top_to_bottom(path, tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    monkeypatch.delenv("ANUMAN_LANG", raising=False)
    notebook = nbformat.read(path, as_version=4)
    shorter.shorten(notebook, shorter.STORM)
    client = NotebookClient(
        notebook,
        timeout=180,
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
    )
    client.execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert outputs
    noise = [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert not noise
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            # Without a kernel only the other forms of a widget can be shown.
            if "application/vnd.jupyter.widget-view+json" in data:
                assert "image/svg+xml" in data or "text/html" in data, cell.source
                assert "VBox(" not in data.get("text/plain", ""), cell.source


@pytest.mark.parametrize("path", [p for p in BOTH if not p.name.startswith("00")], ids=label)
def test_has_the_eight_beats_and_a_fair_length(path):
    prose = text(path)
    numbered = re.findall(r"^## (\d)\. ", prose, flags=re.M)
    assert numbered == [str(n) for n in range(1, BEATS + 1)]
    assert prose.count("> **") >= 4  # a takeaway after each part that shows something
    assert 1200 <= len(prose.split()) <= 2500


@pytest.mark.parametrize("path", BOTH, ids=label)
def test_types_no_figure_of_a_chip_or_model(path):
    """Figures come from the catalogue; the text may only use round made-up ones."""
    typed = set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", text(path)))
    figures = set()
    for name in catalog.chips():
        for field, quantity in catalog.chip(name).quantities.items():
            if field.startswith(("peak", "bandwidth", "capacity", "power")):
                scaled = (quantity.value / scale for scale in (1e12, 1e9, 1))
                figures |= {f"{value:g}" for value in scaled if value >= 1}
    plain = {str(n) for n in range(0, 129)}  # counts, batches, minutes, percentages
    assert not (typed & figures) - plain


@pytest.mark.parametrize("path", BOTH, ids=label)
def test_cells_are_thin_and_stripped(path):
    notebook = nbformat.read(path, as_version=4)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
            body = [line for line in cell.source.splitlines() if line.strip()]
            assert len(body) <= 5 or "import" in cell.source, cell.id


@pytest.mark.parametrize("path", BOTH, ids=label)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#\s]+)\)", text(path)):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{label(path)}: {target}"


@pytest.mark.parametrize("here, then", list(itertools.pairwise(course.IDS)))
def test_each_lesson_ends_with_the_way_to_the_next(here, then):
    for folder in (LESSONS, LESSONS / "hi"):
        end = nbformat.read(folder / f"{here}.ipynb", as_version=4).cells[-1].source
        assert f"]({then}.ipynb)" in end
        assert f"exercises/{here}/{here}.ipynb)" in end


@pytest.mark.parametrize("row", course.LESSONS, ids=lambda row: row.id)
@pytest.mark.parametrize("language", ["en", "hi"])
def test_claim_and_picture_stand_in_the_text_itself(row, language):
    """GitHub and nbconvert show them without running anything."""
    path = LESSONS / ("hi" if language == "hi" else "") / f"{row.id}.ipynb"
    prose = text(path)
    assert catalog.claim(row.claim).text[language] in prose
    assert f"pictures/{row.id}.{language}.svg" in prose
    assert "<details>\n<summary>No kernel" not in prose


def test_the_front_page_shows_a_card_for_every_lesson():
    for language, folder in (("en", LESSONS), ("hi", LESSONS / "hi")):
        (cards,) = [
            cell.source
            for cell in nbformat.read(folder / "00-start-here.ipynb", as_version=4).cells
            if cell.id == "cards"
        ]
        for row in course.LESSONS:
            assert f'href="{row.id}.ipynb"' in cards
        for address in re.findall(r'(?:src|href)="([^"]*)"', cards):
            assert (folder / address).exists(), address
        assert len(re.findall("<img", cards)) == len(course.LESSONS)
        if language == "en":
            assert cards == start.cards_markdown(LESSONS.parent, "en")


@pytest.mark.parametrize("path", BOTH, ids=label)
def test_the_code_of_a_widget_is_folded(path):
    for cell in nbformat.read(path, as_version=4).cells:
        calls = cell.source.count("\n") < 2 and "import" not in cell.source
        if (
            cell.cell_type == "code"
            and calls
            and re.match(r"(gate = |result = )?\w+(\.\w+)?\(", cell.source)
        ):
            assert cell.metadata.jupyter.source_hidden and "hide-input" in cell.metadata.tags, (
                cell.id
            )


def test_the_course_map_says_what_is_done_and_where_to_go_on(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    first, second = course.IDS[:2]
    page = start.course_map()
    assert page.html.count('class="lesson ') == len(course.IDS)
    assert f'Begin with <a href="{first}.ipynb">' in page.html
    common = {"lesson": first, "question": "q"}
    prediction_file.append(
        [
            {"kind": "prediction", "guess": 1, "low": 1, "high": 2, **common},
            {"kind": "outcome", "truth": 1, "inside": True, **common},
        ]
    )
    page = start.course_map()
    assert page.html.count("lesson done") == 1
    assert f'Go on with <a href="{second}.ipynb">' in page.html
    assert page.html.count('<li class="done" aria-current="step">') == 1


def test_the_course_map_shows_points_drills_and_the_calibration_over_all_lessons(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    outcomes = [
        {
            "kind": "outcome",
            "truth": 1,
            "inside": place % 4 > 0,
            "lesson": id,
            "question": str(place),
        }
        for place in range(4)
        for id in course.IDS[:5]
    ]
    prediction_file.append(
        [*outcomes, {"kind": "drill", "lesson": "09-money", "question": "x", "row": 10}]
    )
    prediction_file.keep_check("04-kv-cache", 7.5, 10)
    page = start.course_map()
    assert "7.5/10</small>" in page.html
    assert "7.5 of 10 points" in page.words
    assert 'title="drill: ten in a row"' in page.html
    assert "15 of 20 truths lie inside your intervals" in page.html
    assert "How well your intervals hold" in page.html
    assert 'Go on with <a href="06-under-load.ipynb">' in page.html


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda file: file.mkdir(), "Your records cannot be read and are left as they are"),
        (lambda file: file.write_text("{"), "Line 1 cannot be read (not JSON"),
    ],
)
def test_the_course_map_stands_although_the_records_are_broken(
    break_it, said, tmp_path, monkeypatch
):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    break_it(tmp_path / "predictions.jsonl")
    page = start.course_map()
    assert said in page.html
    assert page.html.count('class="lesson ') == len(course.IDS)


def test_the_course_map_stands_although_there_is_no_folder_for_records(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path / "file"))
    page = start.course_map()
    assert "Your records cannot be read and are left as they are" in page.html
    assert page.html.count('class="lesson ') == len(course.IDS)
