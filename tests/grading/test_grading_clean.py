"""What a submission says or shows runs no script, and honest text stays as it is."""

import base64

import hostile_pages
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from anuman.grading.course.fingerprint import fingerprint
from anuman.grading.records.clean import clean_notebook, clean_outputs, plain
from anuman.grading.records.clean_markdown import clean_markdown, is_harmless_html
from anuman.grading.records.graded_notebook import real_pictures
from anuman.grading.records.results import StudentResult, TaskResult, kind_of_reason

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 20).decode()
HONEST = [
    "# Title\n\ntext with `a < b`, $x<y$ and a < b",
    "- [ ] open\n- [x] done\n\n1. one\n2. two\n\n> said",
    "| a | b |\n|:--|--:|\n| 1 | 2 |",
    "```python\nif a < b:\n    print('<b>')\n```\n\n```js\n1\n```",
    '<div lang="hi">\n\nनमस्ते **दुनिया**\n\n</div>',
    "H<sub>2</sub>O, x<sup>2</sup>, [link](https://example.org/a?b=1&c=2), **b** _e_ ~~no~~<br/>",
    "![plot](figures/plot-1.png)",
    "$$\\frac{a}{b}$$ \\(x\\) \\begin{align}a &= b\\end{align}",
]


@pytest.mark.parametrize("text", HONEST)
def test_honest_markdown_stays(text):
    assert clean_markdown(text, {}) == text


@pytest.mark.parametrize("text", hostile_pages.MARKDOWN)
def test_page_of_hostile_markdown_is_harmless(text):
    from nbconvert.exporters import HTMLExporter

    page = HTMLExporter().markdown2html({"cell": {"attachments": {}}}, clean_markdown(text, {}))
    assert is_harmless_html(page)
    assert "<img" not in page


@pytest.mark.parametrize(
    "page",
    [
        "<p onclick='x'>a</p>",
        '<a href="javascript:x">a</a>',
        '<a href="JaVaScRiPt:x">a</a>',
        '<a href="java&#115;cript:x">a</a>',
        '<a href="//evil.example/x">a</a>',
        '<a href="evil.html">a</a>',
        '<img src="http://evil.example/x.png"/>',
        '<img src="../../logout"/>',
        '<img src="/logout"/>',
        '<img src="data:image/svg+xml;base64,AAAA"/>',
        '<td style="background:url(x)">a</td>',
        "</div>",
        "<div>",
        "<p><b></p></b>",
        "<!-- x -->",
        "<script>x</script>",
        "<p a",
    ],
)
def test_harmful_html_is_found(page):
    assert not is_harmless_html(page)


def test_links_to_files_are_shown_as_text():
    assert clean_markdown("see [data](data.html)", {}) == "see [data] (data.html)"


def test_tex_that_makes_links_is_shown_as_text():
    shown = clean_markdown(r"$\href{javascript:alert(1)}{x}$", {})
    assert "$" not in shown
    assert shown.startswith("    ")


def test_long_markdown_is_not_parsed():
    assert clean_markdown("[" * 100_000, {}) == "    " + "[" * 100_000


def test_outputs_keep_text_errors_and_pictures():
    evil = {"text/html": "<script>", "image/svg+xml": "<svg>", "application/javascript": "x"}
    outputs = [
        new_output("stream", name="stdout", text="a\x1b[31mred\x1b[0m\x1b[2J\x07"),
        new_output("display_data", evil),
        new_output("display_data", {**evil, "image/png": PNG, "text/plain": "figure"}),
        new_output("display_data", {"image/png": '"><script>', "image/jpeg": PNG}),
        new_output("execute_result", {"text/plain": "2"}, execution_count=7, metadata={"x": "y"}),
        new_output("error", ename="E", evalue="v", traceback=["t\x1b]8;;javascript:x\x07link"]),
        NotebookNode(output_type="nonsense"),
        None,
    ]
    assert clean_outputs(outputs) == [
        new_output("stream", name="stdout", text="a\x1b[31mred\x1b[0m"),
        new_output("display_data", {"image/png": PNG, "text/plain": "figure"}),
        new_output("execute_result", {"text/plain": "2"}),
        new_output("error", ename="E", evalue="v", traceback=["tlink"]),
    ]


def test_text_is_cut():
    assert len(plain("x" * 10_000_000)) < 110_000
    assert plain(["a", "b"]) == "ab"
    assert plain(5) == ""


def test_notebook_keeps_nbgraders_metadata_only():
    about = {"grade_id": "a", "grade": True, "solution": True, "points": 2, "evil": "<script>"}
    notebook = new_notebook(
        metadata={"widgets": {}, "title": "<script>", "language_info": {"name": "<script>"}},
        cells=[
            new_markdown_cell("<b>mine</b>", metadata={"nbgrader": about, "tags": ["<x>"]}),
            new_markdown_cell(
                "<i onclick='x'>teacher</i>", metadata={"nbgrader": {"locked": True}}
            ),
            new_raw_cell("<script>x</script>", metadata={"raw_mimetype": "text/html"}),
            new_code_cell("1", outputs=[new_output("display_data", {"text/html": "x"})]),
        ],
    )
    clean_notebook(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    mine, teachers, raw, code = notebook.cells
    assert mine.source == "<b>mine</b>"
    assert mine.metadata == {"nbgrader": {k: v for k, v in about.items() if k != "evil"}}
    assert teachers.source == "<i onclick='x'>teacher</i>"
    assert (raw.cell_type, raw.source, raw.metadata) == ("markdown", "    <script>x</script>", {})
    assert code.outputs == []


def test_fingerprint_is_that_of_what_is_seen():
    def text(*parts):
        return [new_output("stream", name="stdout", text=part) for part in parts]

    assert (
        fingerprint(text("a", "b"))
        == fingerprint(text("ab"))
        == fingerprint([{"output_type": "stream", "text": ["a", "b"]}])
    )
    assert fingerprint(text("a")) != fingerprint([new_output("stream", name="stderr", text="a")])
    assert fingerprint(text("a")) != fingerprint(text("b"))
    assert fingerprint([]) == fingerprint(None) == fingerprint([None, 3]) == ""
    one = new_output("execute_result", {"text/plain": "2"}, execution_count=1)
    two = new_output("execute_result", {"text/plain": "2"}, execution_count=5)
    assert fingerprint([one]) == fingerprint([two])


def test_fingerprint_tells_everything_that_is_shown():
    def shown(text, kind="execute_result"):
        return fingerprint([{"output_type": kind, "data": {"text/plain": text}}])

    def error(evalue, traceback=()):
        return fingerprint([new_output("error", ename="E", evalue=evalue, traceback=[*traceback])])

    assert shown("| |") != shown("|  |")
    assert shown("a") != shown("a", "display_data")
    two = [new_output("display_data", {"text/plain": one}) for one in "ab"]
    assert fingerprint(two) != shown("ab", "display_data")
    assert error("oops", ["here"]) == error("oops", ["there"]) != error("no")
    assert error("invalid syntax (305.py, line 1)") == error("invalid syntax (<string>, line 1)")
    wrapped = {"image/png": PNG[:9] + "\n" + PNG[9:]}
    assert fingerprint([new_output("display_data", wrapped)]) == fingerprint(
        [new_output("display_data", {"image/png": PNG})]
    )
    assert fingerprint([new_output("display_data", {"text/html": "x"})]) == ""


def test_a_forbidden_tag_leaves_code_and_formulas_alone():
    kept = "`a < b`, $x<y$\n\n```python\nif a < b:\n    pass\n```\n"
    assert clean_markdown(kept + "<script>x", {}) == kept + "&lt;script>x"


@pytest.mark.parametrize("tex", [r"$\mmlToken{mi}[href='x']{a}$", r"$\bbox[red]{a}$"])
def test_tex_with_styles_and_attributes_is_shown_as_text(tex):
    assert "$" not in clean_markdown(tex, {})


def test_markdown_of_empty_lines_is_not_parsed():
    text = "```python\n1" + "\n" * 15_000 + "2\n```"
    assert clean_markdown(text, {}).startswith("    ```python")


def test_graded_notebooks_hold_real_pictures_only():
    outputs = [
        {"output_type": "display_data", "data": {"image/png": '"><script>'}},
        {"output_type": "display_data", "data": {"image/jpeg": PNG, "text/plain": "figure"}},
        {"output_type": "display_data", "data": {"image/png": PNG}},
        {"output_type": "stream", "name": "stdout", "text": "x"},
    ]
    kept = real_pictures(outputs)
    assert [one.get("data") for one in kept] == [{"text/plain": "figure"}, {"image/png": PNG}, None]


def test_a_terminal_obeys_no_learner():
    student = StudentResult("s", "failed", [], ["\x1b[2Ja\nb\x9b\u202e\ud800 is left out"])
    assert student.notes == [r"\x1b[2Ja\nb\x9b\u202e\ud800 is left out"]
    assert TaskResult("t", "n", 0.0, 1.0, "one\ntwo\x1b[1m\r").reason == "one\ntwo\\x1b[1m\\r"


def test_numbers_that_stand_alone_are_left_out_of_reasons():
    said = "The test of t1 stopped with AssertionError in line 3: 2.5 != -3e4"
    assert kind_of_reason(said) == "The test of t1 stopped with AssertionError in line …: … != …"
    assert kind_of_reason("task-1 got 2, v1.2 not [3]") == "task-1 got …, v1.2 not […]"
