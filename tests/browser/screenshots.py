"""Pictures of every page and widget for people to look at: languages, themes, widths.

python tests/browser/screenshots.py FOLDER [--languages en hi] [--themes light dark] [--widths 1280 800] [--only 01]
python tests/browser/screenshots.py --readme docs/lesson-02.png
"""

import argparse
import itertools
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

import lab_server
from notebook_page import PANEL, NotebookPage

from anuman import course
from anuman.setup import browser
from anuman.widgets import _, number
from anuman.widgets.memory_jar.jar_words import policies

SLICE = 1400  # pixels of height in one picture
TALLEST = 15_000  # Chromium draws no larger page in one piece
GUESSES = (("0.3", "0.1", "1"), ("2", "1.5", "2.5"), ("200", "100", "500"))


def whole(page: NotebookPage, name: Path) -> None:
    """The whole notebook from top to bottom in slices: NAME.0.png, NAME.1.png, …"""
    width = page.page.viewport_size["width"]
    outer = page.page.locator(f"{PANEL} .jp-WindowedPanel-outer")
    height = min(TALLEST, 120 + outer.evaluate("e => e.scrollHeight"))
    page.page.set_viewport_size({"width": width, "height": height})
    outer.evaluate("e => e.scrollTo(0, 0)")
    for place, top in enumerate(range(0, height, SLICE)):
        clip = {"x": 0, "y": top, "width": width, "height": min(SLICE, height - top)}
        page.page.screenshot(path=f"{name}.{place}.png", clip=clip)
    page.page.set_viewport_size({"width": width, "height": 1000})


def one(page: NotebookPage, cell_id: str, name: Path) -> None:
    """The output of one cell."""
    page.output(cell_id).screenshot(path=f"{name}.png")


def predict(page: NotebookPage, guesses) -> None:
    """Fill the form of lesson 02 and press Lock in."""
    fields = page.output("gate").locator("input")
    for field, value in zip(fields.all(), itertools.chain(*guesses), strict=True):
        field.fill(value)
    page.output("gate").get_by_role("button", name=_("Lock in")).click()


def lesson(page: NotebookPage, name: Path) -> None:
    """Lesson 02: locked, a wrong prediction, locked in, the failure states, everything."""
    page.run_all(wait=False)
    page.output("measure").locator(".widget-hprogress").wait_for()
    one(page, "measure", name.with_name(name.name + ".measuring"))
    page.finished()
    whole(page, name.with_name(name.name + ".locked"))
    predict(page, [("soon", "0.1", "1"), ("2", "3", "4"), GUESSES[2]])
    page.output("gate").get_by_role("alert").wait_for()
    one(page, "gate", name.with_name(name.name + ".wrong"))
    predict(page, GUESSES)
    widget = page.output("two-clocks")
    chip, model = widget.get_by_label(_("Chip")), widget.get_by_label(_("Model"))
    words = widget.locator("svg[role=img] > desc").first
    batch = widget.get_by_role("textbox", name=_("Batch (users in a step)"))
    for state, chip_name, model_name, users in (
        ("many-users", "B200", "Qwen3-32B", "600"),
        ("does-not-fit", "Groq-LPU1", "Llama-3.1-70B", "1"),
        ("unknown-peak", "WSE-3", "Llama-3.1-8B", "1"),
    ):
        chip.select_option(chip_name)
        model.select_option(model_name)
        batch.fill(users)
        batch.press("Enter")
        expect(words).to_contain_text(chip_name)
        expect(words).to_contain_text(model_name)
        expect(words).to_contain_text(users)
        one(page, "two-clocks", name.with_name(f"{name.name}.{state}"))
    widget.get_by_label(_("Show these numbers as a table")).check()
    widget.locator("table").wait_for()
    page.page.locator(f"{PANEL} summary").evaluate_all("all => all.forEach(e => e.click())")
    whole(page, name.with_name(name.name + ".open"))


def plain_lesson(page: NotebookPage, name: Path) -> None:
    """Any other lesson: locked, then with everything opened without predictions."""
    page.run_all()
    whole(page, name.with_name(name.name + ".locked"))
    page.output("gate").get_by_role("button", name=_("Show me")).click()
    for box in page.page.get_by_label(_("Show these numbers as a table")).all():
        box.check()
    page.page.locator(f"{PANEL} summary").evaluate_all("all => all.forEach(e => e.click())")
    page.page.wait_for_timeout(1000)
    whole(page, name.with_name(name.name + ".open"))


def jar_lesson(page: NotebookPage, name: Path) -> None:
    """Lesson 04: locked, opened, the jar's states, everything unfolded."""
    page.run_all()
    whole(page, name.with_name(name.name + ".locked"))
    page.output("gate").get_by_role("button", name=_("Show me")).click()
    widget = page.output("memory-jar")
    words = widget.locator("svg[role=img] > desc").first
    model, chips = widget.get_by_label(_("Model")), widget.get_by_label(_("Chips"))
    room, requests = (
        widget.get_by_label(label)
        for label in (_("Room of a request, in tokens"), _("Requests at once"))
    )
    one(page, "memory-jar", name.with_name(name.name + ".first"))
    for state, model_name, chip, tokens, count, policy in (
        ("overflow", "Llama-3.1-70B", "8 × H100-SXM", "131072", "20", "full"),
        ("reserved", "Llama-3.1-70B", "8 × H100-SXM", "131072", "11", "reserved"),
        ("paged", "Llama-3.1-70B", "8 × H100-SXM", "131072", "24", "paged"),
        ("thin", "Llama-3.1-8B", "8 × H100-SXM", "2048", "4000", "reserved"),
        ("weights", "DeepSeek-V3", "1 × H100-SXM", "2048", "9", "full"),
    ):
        model.select_option(model_name)
        chips.select_option(chip)
        widget.get_by_label(_("Texts and room")).select_option(policies()[policy])
        for field, value in ((room, tokens), (requests, count)):
            field.fill(value)
            field.press("Enter")
        expect(words).to_contain_text(number(int(count)))
        expect(words).to_contain_text(number(int(tokens)))
        one(page, "memory-jar", name.with_name(f"{name.name}.{state}"))
    widget.get_by_label(_("Show these numbers as a table")).check()
    widget.locator("table").wait_for()
    page.page.locator(f"{PANEL} summary").evaluate_all("all => all.forEach(e => e.click())")
    whole(page, name.with_name(name.name + ".open"))


# What to do with lessons whose widgets have states worth a picture of their own.
LESSONS = {"02-roofline": lesson, "04-kv-cache": jar_lesson}


def look(
    chromium: Browser,
    server: lab_server.LabServer,
    folder: Path,
    language: str,
    theme: str,
    width: int,
    only: str = "",
) -> None:
    """All pictures of one language, theme and width; only: of notebooks with this in their path."""
    os.environ["ANUMAN_LANG"] = language  # the language of `_` here
    base = "lessons/hi" if language == "hi" else "lessons"
    notebooks = [f"{base}/{name}.ipynb" for name in ("00-start-here", *course.IDS)]
    if language == "en":  # exercises hold both languages
        notebooks += [f"exercises/{name}/{name}.ipynb" for name in course.IDS]
    for notebook in (n for n in notebooks if only in n):
        kind, stem = notebook.partition("/")[0], Path(notebook).stem
        name = folder / f"{kind}-{stem}.{language}.{theme}.{width}"
        server.refresh()
        server.theme(f"JupyterLab {theme.title()}")
        page = NotebookPage(chromium, server, notebook, width=width)
        page.page.locator(f'body[data-jp-theme-light="{str(theme == "light").lower()}"]').wait_for(
            state="attached"
        )
        if kind == "exercises":
            whole(page, name)
        elif stem == "00-start-here":
            page.run_all()
            whole(page, name)
        else:
            LESSONS.get(stem, plain_lesson)(page, name)
        page.close()
        print(name, flush=True)


def readme(chromium: Browser, server: lab_server.LabServer, file: Path) -> None:
    """The README's picture: lesson 02 in use."""
    page = NotebookPage(chromium, server, "lessons/02-roofline.ipynb", width=1200, height=880)
    page.run("setup", "gate", "two-clocks")
    predict(page, GUESSES)
    batch = page.output("two-clocks").get_by_role("textbox", name="Batch (users in a step)")
    batch.fill("128")
    batch.press("Enter")
    expect(page.output("two-clocks").locator("svg > desc").first).to_contain_text("batch 128")
    page.page.keyboard.press("Escape")
    page.cell("two-clocks").evaluate("cell => cell.scrollIntoView()")
    page.page.screenshot(path=file)
    page.close()


def main() -> int:
    """Take the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="where the pictures go")
    parser.add_argument("--readme", type=Path, metavar="FILE", help="take this one picture only")
    parser.add_argument("--languages", nargs="+", default=["en", "hi"], choices=["en", "hi"])
    parser.add_argument("--themes", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    parser.add_argument("--only", default="", metavar="WORDS", help="part of a notebook's path")
    parser.add_argument("--widths", nargs="+", default=[1280, 800], type=int)
    args = parser.parse_args()
    if (args.folder is None) == (args.readme is None):
        parser.error("name a folder, or --readme FILE")
    path = browser.find()
    if path is None:
        print(f"screenshots: no browser; {browser.remedy()}", file=sys.stderr)
        return 2
    (args.folder or args.readme.parent).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="anuman-screenshots-") as temporary:
        home = Path(temporary)
        lab_server.copy_course(home / "course")
        server = lab_server.start(home)
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=path, args=[*browser.FLAGS])
                if args.readme:
                    readme(chromium, server, args.readme)
                else:
                    for choice in itertools.product(args.languages, args.themes, args.widths):
                        look(chromium, server, args.folder, *choice, args.only)
                chromium.close()
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
