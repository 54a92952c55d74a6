"""How the duel looks: the mean request's time in parts, and every request under both policies."""

import math
from html import escape

from anuman.language import _, si
from anuman.scenes.duel import Duel

from ..kit.chart import Axis, Chart
from ..kit.style import COMPUTE, GHOST, INK, MEMORY, RULE, USERS
from ..kit.svg import Picture, keyed, rectangle, text
from ..kit.view import View
from ..load_curves import load_charts
from . import duel_words as words

WIDTH = 560.0
LEFT, RIGHT = 4.0, WIDTH - 8
TONES = (USERS, COMPUTE, MEMORY)  # waiting, prompt, answer
ENDS = (1, 2, 5, 10)  # where the axis of the bars may end, times a power of ten
SHORTEST_S, LONGEST_S = load_charts.FRAMES["ttft"]  # the load curves' seconds, whatever the setting


def bars(duel: Duel, before: Duel | None = None) -> Picture:
    """Two stacked bars on one scale: waiting, first token, answer; grey: where they ended before."""
    title = _("Where the mean request's time goes")
    least = 1.02 * max(side.latency_s for side in duel.sides)
    power = 10.0 ** math.floor(math.log10(least))
    full = next(m * power for m in ENDS if m * power >= least)

    def x(seconds: float) -> float:
        return LEFT + min(1, seconds / full) * (RIGHT - LEFT)

    parts, bottom = [text(4, 18, title, "title")], 46.0 + 2 * 54
    for tick in Axis(0, full, "").ticks(5):
        key, side = f"tick:{tick:g}", "start" if tick == 0 else "end" if tick > 0.95 * full else "middle"  # fmt: skip
        line = f'<path d="M{x(tick):.1f} 50V{bottom - 20:.1f}" style="stroke:{RULE};stroke-opacity:.6"/>'
        parts.append(keyed(key, line))
        parts.append(text(x(tick), bottom - 6, si(tick, "s", full), "small", side, key))
    y = 46.0
    for place, (letter, side) in enumerate(zip("AB", duel.sides, strict=True)):
        name = f"{letter}: {words.policy_name(side.policy)}"
        parts.append(text(LEFT, y, name, "strong halo", key=f"name:{letter}"))
        parts.append(text(RIGHT, y, si(side.latency_s, "s"), "strong halo", "end", f"value:{letter}"))  # fmt: skip
        start = 0.0
        for kind, ((label, seconds), tone) in enumerate(zip(words.parts(side), TONES, strict=True)):
            long = x(start + seconds) - x(start)
            said = f"{label}: {si(seconds, 's')}"
            parts.append(rectangle(x(start), y + 8, long, 22, f"fill:{tone}", kind == 0 and long > 0, f"{letter}{kind}", said))  # fmt: skip
            start += seconds
        if before and before.sides:
            was = before.sides[place].latency_s
            at, said = x(was), _("before: {time}").format(time=si(was, "s"))
            mark = f'<path d="M{at:.1f} {y + 5:.1f}v28" style="stroke:{GHOST};stroke-width:4"><title>{said}</title></path>'
            parts.append(keyed(f"ghost:{letter}", mark))
        y += 54
    at = LEFT
    for kind, ((label, _seconds), tone) in enumerate(
        zip(words.parts(duel.sides[0]), TONES, strict=True)
    ):
        parts.append(rectangle(at, y + 10, 12, 12, f"fill:{tone}", hatched=kind == 0))
        parts.append(text(at + 17, y + 20, label, "small"))
        at += 178
    return Picture("".join(parts), WIDTH, y + 34, title, words.winner(duel))


def scatter(duel: Duel) -> Picture:
    """One mark a request: its latency under A against its latency under B; below the diagonal B wins."""
    pairs = duel.pairs
    low, high = SHORTEST_S, LONGEST_S
    pairs = [tuple(min(max(v, low), high) for v in pair) for pair in pairs]

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
    for better, tone in ((True, COMPUTE), (False, MEMORY)):
        chart.marks([pair for pair in pairs if (pair[1] < pair[0]) == better], tone)
    return chart.picture(words.explanation(duel)[-1])


def view(duel: Duel, before: Duel | None = None) -> View:
    """Everything that is shown of both policies."""
    title, said = _("Policy duel"), words.summary(duel)
    if not duel.sides:
        return View(title=title, words=said, pictures=[], problems=words.problems(duel))
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in words.explanation(duel))
    return View(
        title=title,
        words=said,
        pictures=[bars(duel, before), scatter(duel)],
        cards=words.facts(duel),
        problems=words.problems(duel),
        head=words.head(duel),
        rows=words.rows(duel),
        above=f"<p><b>{escape(words.winner(duel))}</b></p>",
        below=f"<h3 class='minor'>{escape(_('Why'))}</h3><ul>{reasons}</ul>",
        told=words.explanation(duel),
    )
