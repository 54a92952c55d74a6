"""How the duel looks: the mean request's time in parts, and every request under both policies."""

from html import escape

from anuman.language import _, si
from anuman.scenes.duel import Duel

from ..kit.chart import Axis, Chart, round_up
from ..kit.figure import Figure, folded, table_html
from ..kit.style import COMPUTE, INK, MEASURED, MEMORY, fact
from ..kit.svg import Picture, paragraphs, rectangle, stack, text
from . import duel_words as words

WIDTH = 560.0
TONES = (MEMORY, COMPUTE, MEASURED)


def bars(duel: Duel) -> Picture:
    """Two stacked bars on one scale: waiting, first token, answer."""
    title = _("Where the mean request's time goes")
    full = round_up(max(side.latency_s for side in duel.sides) * 1.02)
    body, y = text(4, 18, title, "title"), 46.0
    for letter, side in zip("AB", duel.sides, strict=True):
        name = f"{letter}: {words.policy_name(side.policy)}"
        body += text(4, y, name, "strong") + text(
            WIDTH - 4, y, si(side.latency_s, "s"), "strong", "end"
        )
        x = 4.0
        for place, ((_label, seconds), tone) in enumerate(
            zip(words.parts(side), TONES, strict=True)
        ):
            long = seconds / full * (WIDTH - 8)
            if long > 0:
                body += rectangle(x, y + 8, long, 22, f"fill:{tone}", hatched=place == 0)
            x += long
        y += 54
    x = 4.0
    for (label, _seconds), tone in zip(words.parts(duel.sides[0]), TONES, strict=True):
        body += rectangle(x, y - 10, 12, 12, f"fill:{tone}", hatched=tone == TONES[0])
        body += text(x + 17, y, label, "small")
        x += 178
    return Picture(body, WIDTH, y + 16, title, words.winner(duel))


def scatter(duel: Duel) -> Picture:
    """One mark a request: its latency under A against its latency under B; below the diagonal B wins."""
    pairs = duel.pairs
    values = [v for pair in pairs for v in pair]
    low, high = min(values) / 1.3, max(values) * 1.3

    def seconds(value: float) -> str:
        return si(value, "s")

    chart = Chart(
        Axis(low, high, _("A: seconds to the whole answer, logarithmic"), log=True, format=seconds),
        Axis(low, high, _("B: seconds, logarithmic"), log=True, format=seconds),
        _("Every request under both policies"),
        WIDTH,
        340,
    )
    chart.line([(low, low), (high, high)], INK, "2 4", 1.5)
    middle = (low * high) ** 0.5
    chart.label(
        low * (high / low) ** 0.06, high / 1.1, _("above: A is faster"), "right", 2, "small"
    )
    chart.label(middle, low * 1.1, _("below: B is faster"), "right", 2, "small")
    for better, tone in ((True, MEASURED), (False, MEMORY)):
        chart.marks([pair for pair in pairs if (pair[1] < pair[0]) == better], tone)
    return chart.picture(words.explanation(duel)[-1])


def banner(duel: Duel) -> str:
    """The failure states, above everything else."""
    said = "".join(f"<p>{escape(p)}</p>" for p in words.problems(duel))
    return f'<div class="banner" role="status">{said}</div>' if said else ""


def table(duel: Duel) -> str:
    """The table twin."""
    return table_html(words.head(duel), words.rows(duel))


def html(duel: Duel) -> str:
    """Everything below the controls, without the table."""
    if not duel.sides:
        return banner(duel)
    cards = "".join(fact(*card) for card in words.facts(duel))
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in words.explanation(duel))
    why = f"<h4>{escape(_('Why'))}</h4><ul>{reasons}</ul>"
    return (
        f"{banner(duel)}<p><b>{escape(words.winner(duel))}</b></p>"
        f'<div class="flow">{cards}</div><div class="flow" style="margin-top:12px">'
        f'<div class="wide">{bars(duel).markup()}{why}</div>'
        f'<div class="wide">{scatter(duel).markup()}</div></div>'
    )


def still(duel: Duel) -> Figure:
    """The same without a kernel."""
    said = words.summary(duel)
    if not duel.sides:
        return Figure(banner(duel), said)
    lines = [words.winner(duel), *words.explanation(duel)]
    lines += [f"{a}: {b} ({n})" for a, b, n in words.facts(duel)]
    picture = stack([bars(duel), scatter(duel), paragraphs(lines, WIDTH)], _("Policy duel"), said)
    return Figure(html(duel) + folded(_("The same as a table"), table(duel)), said, picture)
