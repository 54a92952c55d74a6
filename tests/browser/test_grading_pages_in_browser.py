"""No script of a submission runs in a teacher's or a learner's browser, and pages need no network."""

import sys
from urllib.parse import urlsplit

import lab_server
import pytest
from batch import FAMILIES, run
from nbgrader.api import Gradebook
from notebook_page import LOCAL
from plain_course import ASSIGNMENT

pytestmark = pytest.mark.browser

ATTACKS = [attack.name for attack in FAMILIES["pages"]]
# Whatever could run or fetch something, in a page that has none of it; formulas only say how they look.
ACTIVE = """() => [...document.querySelectorAll("*")].filter(e =>
    ["SCRIPT", "IFRAME", "OBJECT", "EMBED", "BASE", "FORM", "LINK", "VIDEO", "AUDIO", "SVG",
     "MACTION", "ANNOTATION", "ANNOTATION-XML", "SEMANTICS", "MGLYPH"].includes(e.tagName.toUpperCase())
    || e.closest("math") && e.namespaceURI !== "http://www.w3.org/1998/Math/MathML"
    || [...e.attributes].some(a => /^on/i.test(a.name)
        || /^(href|src|action|srcdoc|data|formaction|xlink:href)$/i.test(a.name)
           && /^\\s*(javascript|vbscript|data:text)/i.test(a.value)
        || /^(src|srcset|background|style)$/i.test(a.name) && /https?:/i.test(a.value)))
  .map(e => e.outerHTML.slice(0, 200))"""
# The same in what learners wrote, in Formgrader's page with its own scripts.
ACTIVE_IN_CELLS = ACTIVE.replace(
    'document.querySelectorAll("*")', 'document.querySelectorAll("#notebook-container *")'
).replace('"FORM", ', "")


@pytest.fixture(scope="module")
def outcome():
    """The family of attacks on pages, graded, with feedback."""
    return run(FAMILIES["pages"], "ordinary")


def watched(chromium, allowed):
    """A page that notes dialogs, errors in the pages' own scripts and requests to other places."""
    context = chromium.new_context()
    page = context.new_page()
    page.trouble = []
    page.on("dialog", lambda dialog: (page.trouble.append("dialog"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: None if allowed(request.url) else page.trouble.append(request.url[:200]),
    )
    return page


@pytest.mark.parametrize("protected", [True, False], ids=["with-policy", "without-policy"])
def test_feedback_pages_run_nothing_and_fetch_nothing(chromium, outcome, tmp_path, protected):
    page = watched(chromium, lambda url: urlsplit(url).scheme in ("file", "data"))
    seen = 0
    for attack in ATTACKS:
        for name, text in outcome.pages(attack).items():
            if not protected:
                text = text.replace("Content-Security-Policy", "none")
            path = tmp_path / f"{name}.html"
            path.write_text(text, encoding="utf-8")
            page.goto(path.as_uri())
            assert page.evaluate("window.PWNED") is None, attack
            assert page.evaluate(ACTIVE) == [], attack
            assert "Score:" in page.inner_text("h4"), attack
            seen += 1
    assert page.trouble == []
    assert seen == 2 * len(ATTACKS)
    page.context.close()


def test_formgrader_pages_run_nothing_of_a_submission(chromium, outcome):
    course = outcome.course
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        pages = {
            (attack, notebook.name): notebook.id
            for attack in ATTACKS
            for notebook in gradebook.find_submission(ASSIGNMENT, attack).notebooks
        }
    server = lab_server.start(
        course.root.parent, [sys.executable, "-m", "jupyter", "server", "--allow-root"]
    )
    try:
        page = watched(
            chromium,
            lambda url: (
                (urlsplit(url).hostname in (*LOCAL, None) and "escaped" not in url)
                or "mathjax" in url
            ),
        )
        page.set_extra_http_headers({"Authorization": f"token {server.token}"})
        for where, submission in pages.items():
            page.goto(
                f"{server.url}/formgrader/submissions/{submission}", wait_until="domcontentloaded"
            )
            # Attached, not visible: nbgrader's own page waits for MathJax from the Internet.
            page.locator("#notebook-container .cell").first.wait_for(state="attached")
            assert page.evaluate("window.PWNED") is None, where
            assert page.evaluate(ACTIVE_IN_CELLS) == [], where
        assert page.trouble == []
        page.context.close()
    finally:
        server.stop()
