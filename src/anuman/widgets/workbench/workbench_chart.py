"""How the workbench looks: the board of all claims, the decisive number against an assumption, the verdict."""

from html import escape
from math import log10

from anuman import catalog
from anuman.claims import value as said
from anuman.language import _, ended, language, number
from anuman.scenes.claim_test import Bench, every

from ..kit.chart import Axis, Chart
from ..kit.figure import table_html
from ..kit.style import COMPUTE, INK, MEASURED, MEMORY, NETWORK, PAPER, RULE, USERS
from ..kit.svg import Picture, keyed, text
from ..kit.view import Formula, View

WIDTH, CELL, LEFT = 640.0, 24.0, 44.0
MARKS = {"supported": "✓", "contradicted": "✗", "depends": "⇄", "not checkable": "?"}
COLOURS = {
    "arithmetic": COMPUTE, "simulation": MEASURED, "source": NETWORK, "not checkable": USERS,
}  # fmt: skip


def verdict_name(verdict: str) -> str:
    """A verdict's name for people."""
    return {
        "supported": _("Supported"),
        "contradicted": _("Contradicted"),
        "depends": _("It depends"),
        "not checkable": _("Not checkable"),
    }[verdict]


def test_name(test: str) -> str:
    """What a test is called."""
    return {
        "": _("choose"),
        "arithmetic": _("arithmetic"),
        "simulation": _("simulation"),
        "source": _("a source"),
        "not checkable": _("cannot be checked"),
    }[test]


def fits_when(test: str) -> str:
    """For which claims a test is right."""
    return {
        "arithmetic": _("the claim follows from a few numbers and a law"),
        "simulation": _("many requests or users must be followed in time"),
        "source": _("it is an event or a word: somebody must have seen or said it"),
        "not checkable": _("it is an opinion, an intention, or nobody outside can know"),
    }[test]


def board(b: Bench) -> Picture:
    """A square for each claim, a row for each article; those that were judged carry their verdict."""
    body, top = [text(4, 18, _("The claims of five articles"), "title")], 34.0
    for row, article in enumerate(catalog.articles()):
        y = top + row * (CELL + 8)
        body.append(text(4, y + 17, article, "small"))
        for at, claim in enumerate(catalog.claims(article)):
            body.append(_square(b, claim, LEFT + at * (CELL + 1.5), y))
    y = top + len(catalog.articles()) * (CELL + 8) + 14
    for at, (verdict, mark) in enumerate(MARKS.items()):
        body.append(text(LEFT + at * 148, y, f"{mark} {verdict_name(verdict)}", "small"))
    words = _("{count} claims, {judged} of them judged; on the bench: {claim}.").format(
        count=number(len(every())), judged=number(len(b.judged)), claim=b.claim
    )
    return Picture("".join(body), WIDTH, y + 12, _("The claims of five articles"), words)


def _square(b: Bench, claim: catalog.Claim, x: float, y: float) -> str:
    judged, chosen = claim.id in b.judged, claim.id == b.claim
    fill = COLOURS[claim.test_kind] if judged else PAPER
    look = f"fill:{fill};stroke:{INK if chosen else RULE};stroke-width:{3 if chosen else 1.5}"
    box = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{CELL:g}" height="{CELL:g}" rx="4" style="{look}"/>'
    )
    mark = MARKS[claim.verdict] if judged else claim.id.partition(".")[2]
    ink = f' style="fill:{PAPER};font-weight:700"' if judged else ""
    label = f'<text x="{x + CELL / 2:.1f}" y="{y + 17:.1f}" class="small" text-anchor="middle"{ink}>{mark}</text>'
    return keyed(f"square:{claim.id}", box) + keyed(f"mark:{claim.id}", label)


def curve(b: Bench) -> Picture | None:
    """The decisive number while the assumption goes through its interval; None where nothing is varied."""
    points = b.curve
    if not points or not b.open or not points[0][0] > 0:
        return None
    low, high = b.span
    log = low > 0
    room = (high / low) ** 0.25 * 1.05 if log else 0
    bottom, top = (low / room, high * room) if log else (low - 0.1 * (high - low), high * 1.1)
    drawn = Chart(
        Axis(
            points[0][0], points[-1][0], _assumption(b), log=log10(points[-1][0] / points[0][0]) > 1
        ),
        Axis(bottom, top, _unit(b), log=log and high / low > 10),
        _("What the assumption does to the number that decides"),
        WIDTH,
        300,
    )
    drawn.line(points, COMPUTE, key="curve")
    middle = points[len(points) // 2]
    drawn.point(*middle, MEMORY, "diamond", 7, key="own")
    drawn.label(*middle, said(b.decides), "above", key="own")
    words = _("The number goes from {low} to {high}.").format(low=number(low), high=number(high))
    return drawn.picture(words)


def _assumption(b: Bench) -> str:
    return f"{b.figure} ({b.found.figures[b.figure].unit})"


def _unit(b: Bench) -> str:
    label = b.decides.label[language()]
    return f"{label} ({b.decides.unit})" if b.decides.unit else label


def asked(b: Bench) -> str:
    """The number for which an interval is wanted."""
    if b.decides is None:
        return _("No number decides here: choose the test alone.")
    return _("Your interval: {what}.").format(what=_unit(b))


def cards(b: Bench) -> list[tuple[str, str, str]]:
    """The verdict, the test, the learner's interval; before that what is asked."""
    if not b.open:
        return [(_("Asked"), "?", asked(b))]
    claim = b.found
    right = _("as you said") if b.test == claim.test_kind else _("you said: {test}").format(
        test=test_name(b.test)
    )  # fmt: skip
    made = [
        (
            _("Verdict"), f"{MARKS[claim.verdict]} {verdict_name(claim.verdict)}",
            (claim.depends_on or {}).get(language(), ""),
        ),
        (_("Test"), test_name(claim.test_kind), f"{right}; {fits_when(claim.test_kind)}"),
    ]  # fmt: skip
    if b.decides:
        made.append((_("The number that decides"), said(b.decides), _interval(b)))
    return made


def _interval(b: Bench) -> str:
    """What is said of the learner's interval."""
    if b.holds is None:
        return _("you gave no interval")
    if not b.holds:
        return _("your interval leaves it out")
    if b.low > 0:
        return _("your interval holds it, and spans a factor of {factor}").format(
            factor=number(b.high / b.low)
        )
    return _("your interval holds it")


def reasons(b: Bench) -> list[tuple[str, str]]:
    """(heading, text) of why, and of each thing that came of it."""
    lang = language()
    parts = [(_("Why"), b.found.why[lang])]
    came = "; ".join(f"{entry.date}: {entry.what[lang]}" for entry in b.found.since)
    if came:
        parts.append((_("What came of it"), came))
    return parts


def _rows(b: Bench) -> list[list[str]]:
    lang = language()
    return [[("⇄ " if s.flips else "") + s.label[lang], s.formula, said(s)] for s in b.steps]


def _board_rows(b: Bench) -> list[list[str]]:
    """The board as a table: the claims of the article on the bench, with the verdicts that stand open."""
    lang, article = language(), every()[b.claim][0]
    return [
        [c.id, c.text[lang], verdict_name(c.verdict) if c.id in b.judged else "–"]
        for c in catalog.claims(article)
    ]


def _head() -> list[str]:
    return [_("step"), _("formula"), _("value")]


def summary(b: Bench) -> str:
    """The state in sentences."""
    claim = f"{b.claim}: “{b.found.text[language()]}”"
    if not b.open:
        return f"{claim} {asked(b)}"
    return f"{claim} {ended(verdict_name(b.found.verdict))} {b.found.why[language()]}"


def view(b: Bench, before: Bench | None = None) -> View:
    """Everything that is shown of one claim; before its verdict is open, only the claim and what is asked."""
    del before  # another claim has no state before
    article = catalog.article(every()[b.claim][0])
    origin = f"{b.claim} · {article.publisher} · {article.date}"
    above = f'<blockquote><p>{escape(b.found.text[language()])}</p></blockquote><p class="quiet">{escape(origin)}</p>'
    parts = reasons(b) if b.open else []
    below = "".join(
        f"<h3 class='minor'>{escape(head)}</h3><p>{escape(body)}</p>" for head, body in parts
    )
    if b.open and b.steps:
        below += table_html(_head(), _rows(b), _("The arithmetic"))
    drawn = curve(b)
    return View(
        title=_("The workbench"),
        words=summary(b),
        pictures=[board(b), *([drawn] if drawn else [])],
        cards=cards(b),
        formula=Formula([[f"{b.decides.formula} = {said(b.decides)}"]])
        if b.open and b.decides
        else None,
        above=above,
        below=below,
        told=[f"{head}: {body}" for head, body in parts],
        head=[_("claim"), _("what it says"), _("verdict")],
        rows=_board_rows(b),
    )


def first_picture() -> Picture:
    """The workbench with one claim judged, for readers without a kernel."""
    shown = Bench(figure="valuation", test="arithmetic", judged=frozenset({Bench().claim}))
    return view(shown).figure().picture
