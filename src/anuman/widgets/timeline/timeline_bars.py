"""How the timeline looks: a bar of time for each machine, number cards, formula, banner, table."""

from collections.abc import Sequence
from html import escape

from anuman.language import _, si
from anuman.scenes.timeline import CHOSEN, WHOLE, Ride, first_request, rides

from ..kit.chart import Axis
from ..kit.figure import Figure, folded, table_html
from ..kit.style import COMPUTE, INK, MEMORY, PAPER, RULE, fact
from ..kit.svg import Picture, paragraphs, rectangle, stack, text
from . import timeline_words as words

WIDTH = 560.0
LEFT, RIGHT, TOP, ROW, BAR = 6.0, 538.0, 84.0, 56.0, 20.0
TICK = 4.0  # pixels between two tokens that can still be told apart


def span(rides: Sequence[Ride], window: float) -> float:
    """Seconds that the picture shows: `window`, or for 0 until the last answer is there."""
    return window or 1.04 * max(
        [r.total for r in rides if r.fits], default=rides[0].request.wanted_s
    )


def bars(rides: Sequence[Ride], chosen: int, window: float) -> Picture:
    """One bar a machine on one axis of time: prefill hatched, decode plain, tokens as ticks."""
    shown = span(rides, window)
    title = _("One request, one user: {model}").format(model=rides[0].request.model)
    bottom = TOP + ROW * len(rides)
    body = text(4, 18, title, "title") + _legend()
    body += _axis(shown, bottom) + _limit(rides[0].request.wanted_s, shown, bottom)
    for place, ride in enumerate(rides):
        body += _row(ride, TOP + ROW * place, shown, place == chosen)
    return Picture(body, WIDTH, bottom + 44, title, words.summary(rides))


def _x(seconds: float, shown: float) -> float:
    return LEFT + min(seconds / shown, 1) * (RIGHT - LEFT)


def _legend() -> str:
    made = rectangle(4, 32, 26, 13, f"fill:{COMPUTE}", hatched=True)
    made += text(36, 43, _("prefill: the prompt is read"), "small")
    made += rectangle(230, 32, 26, 13, f"fill:{MEMORY}") + _ticks(230, 256, 6.5, 32, 13)
    return made + text(262, 43, _("decode: token after token"), "small")


def _axis(shown: float, bottom: float) -> str:
    made = f'<path d="M{LEFT} {bottom:.1f}H{RIGHT}" style="stroke:{INK};stroke-width:1"/>'
    for tick in Axis(0, shown, "").ticks(5):
        x = _x(tick, shown)
        made += f'<path d="M{x:.1f} {TOP - 4:.1f}V{bottom + 5:.1f}" style="stroke:{RULE};stroke-opacity:.6"/>'
        side = "start" if tick == 0 else "end" if x > RIGHT - 20 else "middle"
        made += text(x, bottom + 19, si(tick, "s", shown), "small", side)
    return made + text(
        (LEFT + RIGHT) / 2, bottom + 37, _("time since the question"), "small", "middle"
    )


def _limit(wanted: float, shown: float, bottom: float) -> str:
    """The time by which the answer is wanted, where the picture reaches so far."""
    said = _("wanted within {wanted}").format(wanted=si(wanted, "s"))
    if wanted > shown:
        return text(RIGHT, TOP - 12, said + " ▶", "small", "end")
    x = _x(wanted, shown)
    line = f'<path d="M{x:.1f} {TOP - 8:.1f}V{bottom:.1f}" style="stroke:{INK};stroke-width:2;stroke-dasharray:7 4"/>'
    side = "start" if x < WIDTH / 3 else "end" if x > WIDTH * 2 / 3 else "middle"
    return line + text(x, TOP - 12, said, "small", side)


def _row(r: Ride, y: float, shown: float, chosen: bool) -> str:
    name = ("▸ " if chosen else "") + words.about(r) + r.site.name
    made = text(LEFT, y + 14, name, "halo strong")
    top = y + 20
    if not r.fits:
        made += text(LEFT + 12, top + 15, words.lacking(r), "halo small")
        outline = f"fill:none;stroke:{INK};stroke-width:1;stroke-dasharray:5 3"
        return rectangle(LEFT, top, RIGHT - LEFT, BAR, outline) + made
    first, last = _x(r.ttft, shown), _x(r.total, shown)
    made += text(RIGHT, y + 14, words.pace(r) + " · " + words.verdict(r), "halo small", "end")
    made += rectangle(LEFT, top, max(2.0, first - LEFT), BAR, f"fill:{COMPUTE}", hatched=True)
    if last > first:
        made += rectangle(first, top, last - first, BAR, f"fill:{MEMORY}")
        step = r.tpot / shown * (RIGHT - LEFT)
        if step >= TICK:
            made += _ticks(first, last, step, top, BAR)
    if r.total > shown:
        return made + text(RIGHT + 3, top + 15, "▶", "strong")
    total = words.least(r) + si(r.total, "s")
    inside = last > WIDTH * 0.8
    return made + text(
        last - 6 if inside else last + 6,
        top + 15,
        total,
        "halo strong",
        "end" if inside else "start",
    )


def _ticks(first: float, last: float, step: float, top: float, height: float) -> str:
    """A thin line where one token ends and the next begins."""
    count = int((last - first) / step)
    lines = "".join(f"M{first + step * i:.1f} {top:.1f}v{height:g}" for i in range(1, count + 1))
    return f'<path d="{lines}" style="stroke:{PAPER};stroke-width:1.5;fill:none"/>' if lines else ""


def table(rides: Sequence[Ride]) -> str:
    """The table twin as HTML."""
    return table_html(words.head(), words.rows(rides))


def _formula(r: Ride) -> str:
    spans = " ".join(f'<span class="term">{escape(line)}</span>' for line in words.formula(r))
    label = escape(" ".join(words.formula(r)), quote=True)
    return f'<div class="formula" role="math" aria-label="{label}">{spans}</div>'


def html(rides: Sequence[Ride], chosen: int, window: float) -> str:
    """Everything below the controls, without the table."""
    ride = rides[chosen]
    cards = "".join(fact(*card) for card in words.facts(ride))
    said = "".join(f"<p>{escape(p)}</p>" for p in words.problems(ride))
    banner = f'<div class="banner" role="status">{said}</div>' if said else ""
    return (
        f'{banner}<div class="flow"><div class="wide">{bars(rides, chosen, window).markup()}</div>'
        f'<div class="side">{cards}</div></div>{_formula(ride)}'
        f'<p class="quiet">{escape(words.signs())}</p>'
    )


def still(rides: Sequence[Ride], chosen: int, window: float) -> Figure:
    """The same without a kernel: the picture, the cards and the formula as text, the table."""
    ride = rides[chosen]
    lines = [f"{ride.site.name}:", *words.problems(ride)]
    lines += [f"{a}: {b} ({n})" for a, b, n in words.facts(ride)]
    lines += [*words.formula(ride), words.signs()]
    said = words.summary(rides)
    title = _("One request on several machines")
    picture = stack([bars(rides, chosen, window), paragraphs(lines, WIDTH)], title, said)
    twin = folded(_("The same as a table"), table(rides))
    return Figure(html(rides, chosen, window) + twin, said, picture)


def first_picture() -> Picture:
    """The bars that the widget opens with."""
    return still(rides(first_request()), CHOSEN, WHOLE).picture
