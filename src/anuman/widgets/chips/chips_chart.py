"""How a token's time looks: one line for reading, one for hops, one for arithmetic, against the chips."""

from anuman.language import _, number, si
from anuman.scenes.copies import MOST_CHIPS, Copy

from ..kit.chart import Axis, Chart
from ..kit.style import COMPUTE, INK, MEMORY, NETWORK, RULE
from ..kit.svg import Picture
from ..kit.view import View
from . import chips_words as words

WIDTH, HEIGHT, ASIDE = 640.0, 400.0, 118.0
LEAST, MOST = 1e-7, 1.0  # seconds, for every setting


def _within(seconds: float) -> float:
    return min(max(seconds, LEAST), MOST)


def chart(c: Copy, before: Copy | None = None) -> Picture:
    """The parts and their sum; the chosen number of chips can be dragged along the sum."""
    drawn = Chart(
        Axis(1, MOST_CHIPS, _("chips of one copy, logarithmic"), log=True),
        Axis(LEAST, MOST, _("seconds a token, logarithmic"), log=True, format=lambda t: si(t, "s")),
        _("What a token waits for"),
        WIDTH,
        HEIGHT,
    )
    drawn.right = WIDTH - ASIDE
    line = c.line()
    if c.fewest > 1:
        edge = min(c.fewest, MOST_CHIPS)
        drawn.region(1, edge, f"fill:{RULE};fill-opacity:.35", "short")
        drawn.label(edge, LEAST * 2.2, _("does not fit"), "left", 6, "small", "short")
    if before and before.line():
        drawn.ghost([(one.chips, _within(one.token_s)) for one in before.line()])
    parts = [
        ("reading", MEMORY, "", _("reading"), [(o.chips, o.reading_s) for o in line]),
        ("hops", NETWORK, "8 3 2 3", _("hops"), [(o.chips, o.hops_s) for o in line if o.hops]),
        ("arithmetic", COMPUTE, "6 4", _("arithmetic"),
         [(o.chips, o.arithmetic_s) for o in line if o.arithmetic_s]),
    ]  # fmt: skip
    for key, colour, dash, name, points in parts:
        shown = [(n, min(seconds, MOST)) for n, seconds in points if seconds >= LEAST]
        if shown:
            drawn.line(shown, colour, dash, 2, key)
            drawn.end_label(shown[-1][1], name, key)
    track = [(one.chips, _within(one.token_s)) for one in line]
    if track:
        drawn.line(track, INK, "", 3.2, "sum")
        drawn.end_label(track[-1][1], _("together"), "sum")
    if c.fits:
        drawn.grip(
            c.chips, _within(c.token_s), INK, name="chips", label=_("Chips of one copy"), now=c.chips,
            says=_("{chips} chips: {token} a token").format(
                chips=number(c.chips), token=si(c.token_s, "s")
            ),
            values=(1, MOST_CHIPS), track=track,
        )  # fmt: skip
    return drawn.picture(words.summary(c))


def view(c: Copy, before: Copy | None = None) -> View:
    """Everything that is shown of one setting."""
    return View(
        title=_("What a token waits for"),
        words=words.summary(c),
        pictures=[chart(c, before)],
        cards=words.cards(c),
        problems=words.problems(c),
        formula=words.formula(c) if c.fits else None,
        notes=words.notes(c) if c.fits else [],
        head=words.head(),
        rows=words.rows(c),
        caption=words.caption(c),
    )


def first_picture() -> Picture:
    """The widget at its first setting, for readers without a kernel."""
    return view(Copy()).figure().picture
