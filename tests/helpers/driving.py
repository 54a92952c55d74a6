"""A live picture's controls by keyboard, as somebody without a mouse meets them."""

import re

from notebook_page import MOST_TABS, NotebookPage
from playwright.sync_api import Locator, expect

from anuman.language import _

PICTURE = "svg:is([role=img], [role=group])"
FIELDS = ".controls :is(select, input, button), .foot :is(input, button)"
NAMELESS = """root => [...root.querySelectorAll("input, select, button, textarea")]
  .filter(e => !(e.labels && e.labels[0] && e.labels[0].textContent.trim()) && !e.textContent.trim()
               && !e.getAttribute("aria-label") && e.offsetParent).map(e => e.outerHTML)"""
# By how many pixels boxes and pictures reach over the right edge of their cell; on a narrow page a
# picture scrolls within its box.
OVERHANG = """cell => [...cell.querySelectorAll(".anuman, .anuman :is(.card, .banner, .wide), svg[role], img")]
  .filter(e => !e.parentElement.closest(".wide, .scroll"))
  .map(e => e.getBoundingClientRect().right - cell.getBoundingClientRect().right)"""
REACH = """root => {
  const focused = document.activeElement;
  if (root.contains(focused)) focused.dataset.reached = "yes";
  return root.contains(focused);
}"""
# Of radio buttons Tab reaches the chosen one.
MISSED = f"""root => [...root.querySelectorAll("{FIELDS}")]
  .filter(e => e.offsetParent && !e.disabled && !e.dataset.reached && e.type !== "radio")
  .map(e => e.outerHTML)"""


def press(page: NotebookPage, button: str) -> None:
    """Tab to a button and press it."""
    page.tab_to(button)
    page.page.keyboard.press("Enter")


def drive(page: NotebookPage, cell_id: str) -> None:
    """Each control of a widget has a name, Tab reaches it, and a key on it moves the picture."""
    output = page.output(cell_id)
    expect(output.locator(PICTURE).first).to_be_visible()
    assert output.evaluate(NAMELESS) == []
    if output.locator("details.more").count():
        page.enter(cell_id)
        press(page, _("More"))
    # While it computes it shows "Stop" in place of the button that Tab is to reach.
    expect(output.locator("progress:visible")).to_have_count(0, timeout=60_000)
    page.enter(cell_id)
    inside = []
    while (not inside or inside[-1] or not any(inside)) and len(inside) < MOST_TABS:
        page.page.keyboard.press("Tab")
        inside.append(output.evaluate(REACH))
    assert any(inside)
    assert output.evaluate(MISSED) == []
    fields = output.locator(".controls select:visible, .controls input[type=range]:visible")
    followed = [field for field in fields.all() if follows(output, field)]
    assert followed, "no control changes what the picture says"
    box = output.locator(".controls .amount input[type=text]:visible").first
    if box.count():
        box.press("Control+a")
        box.press_sequentially("soon")
        box.press("Enter")
        said = output.locator(".problem").filter(has_text=re.compile(r"\S")).first
        expect(said).to_be_visible()


def follows(output: Locator, field: Locator) -> bool:
    """Whether the picture's words change when an arrow key changes this control."""
    view = output.locator(".view")
    before, value = view.text_content(), field.input_value()
    for key in ("ArrowDown", "ArrowUp"):
        field.press(key)
        if field.input_value() != value:
            break
    else:
        return False  # there is only one choice
    try:
        expect(view).not_to_have_text(before, timeout=20_000)
    except AssertionError:
        return False
    return True
