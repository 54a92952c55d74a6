"""The teacher's and the learner's nbgrader pages: JupyterLab, a browser, a keyboard."""

import os
import re

import lab_server
import pytest
from nbgrader_course import NAME, Course, answered, cell
from notebook_page import MOST_TABS, TIMEOUT_MS, NotebookPage, Watch
from playwright.sync_api import Locator, Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.name != "posix", reason="nbgrader's formgrader runs on POSIX systems"),
]


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A JupyterLab on a course with three graded students: all right, one task wrong, nothing done."""
    folder = tmp_path_factory.mktemp("classroom").resolve()
    lab_server.copy_course(folder / "course", ("lessons", "seeds", "locale"))
    course = Course(folder / "course")
    course.nbgrader("generate_assignment", NAME)
    perfect = answered(course.source(), {})
    cell(perfect, "written").source = "Ten times at night, nothing at noon."
    course.submit("asha", perfect)
    course.submit(
        "ravi", answered(perfect, {"ridge": "def ridge(flops, bandwidth):\n    return 1.0"})
    )
    course.submit("untouched", course.release())
    course.nbgrader("autograde", NAME)
    running = lab_server.start(folder, NBGRADER_EXCHANGE=str(folder / "course" / "exchange"))
    yield running
    running.stop()


@pytest.fixture
def formgrader(chromium, classroom):
    """Formgrader, opened from JupyterLab's menu: the page and the frame that it stands in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    watch = Watch(page)
    page.goto(f"{classroom.url}/lab?token={classroom.token}")
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    page.locator("iframe").wait_for()
    yield page
    watch.assert_quiet()
    context.close()


def focused_id(page: Page) -> str:
    """The id of the element that has the focus in Formgrader's frame."""
    return page.frame_locator("iframe").locator(":focus").get_attribute("id")


def open_submissions(page: Page) -> None:
    """Manual Grading, the assignment, its notebook, names shown."""
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="Manual Grading").first.click()
    frame.locator("td").get_by_role("link", name=NAME).click()
    expect(frame.get_by_role("columnheader", name="Avg. Written Score")).to_be_visible()
    frame.locator("td").get_by_role("link", name=NAME).click()
    frame.get_by_text("Show All Names").click()


def score(page: Page, student: str) -> Locator:
    """The cell with a student's overall score in the list of submissions."""
    row = page.frame_locator("iframe").get_by_role("row").filter(has_text=student)
    return row.locator("td").nth(2)


def test_students_and_their_points(formgrader):
    frame = formgrader.frame_locator("iframe")
    expect(frame.get_by_role("row").filter(has_text=NAME)).to_contain_text("3")
    frame.get_by_role("link", name="Manage Students").first.click()
    for student, points in (("asha", "10 / 12"), ("ravi", "9.5 / 12"), ("untouched", "0 / 12")):
        expect(frame.get_by_role("row").filter(has_text=student)).to_contain_text(points)


def test_points_for_the_written_answer_by_keyboard(formgrader):
    open_submissions(formgrader)
    expect(score(formgrader, "asha")).to_have_text("10 / 12")
    frame = formgrader.frame_locator("iframe")
    row = frame.get_by_role("row").filter(has_text="asha")
    row.get_by_role("link").first.click()
    expect(frame.get_by_text("Ten times at night, nothing at noon.").first).to_be_visible()
    expect(frame.locator("a.tabbable:focus")).to_be_visible()
    for _ in range(MOST_TABS):
        formgrader.keyboard.press("Tab")
        if focused_id(formgrader) == "written":
            break
    assert focused_id(formgrader) == "written"
    formgrader.keyboard.type("2")
    with formgrader.expect_response(re.compile("/api/grade/")) as saved:
        formgrader.keyboard.press("Tab")
    assert saved.value.ok
    open_submissions(formgrader)
    expect(score(formgrader, "asha")).to_have_text("12 / 12")
    expect(score(formgrader, "ravi")).to_have_text("9.5 / 12")


def test_a_learner_answers_an_exercise(chromium, lab):
    notebook = f"exercises/{NAME}/{NAME}.ipynb"
    page = NotebookPage(chromium, lab, notebook)
    page.select("ridge-answer")
    keyboard = page.page.keyboard
    keyboard.press("Enter")
    keyboard.press("Control+a")
    keyboard.type("def ridge(flops, bandwidth):\nreturn flops / bandwidth")  # the editor indents
    page.run("setup", "ridge-answer", "ridge-test")
    assert not page.errors()
    expect(page.output("ridge-test")).to_contain_text("right")
    keyboard.press("Control+s")
    expect(page.page.locator("#jp-main-dock-panel .jp-mod-current.jp-mod-dirty")).to_have_count(0)
    assert "return flops / bandwidth" in (lab.course / notebook).read_text(encoding="utf-8")
    page.watch.assert_quiet()
    page.close()
