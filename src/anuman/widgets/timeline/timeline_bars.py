"""How the timeline looks: a bar of time for each machine, number cards, formula, banner, table."""

import math
from collections.abc import Sequence

from anuman.language import _, si
from anuman.scenes.timeline import CHOSEN, WHOLE, Ride, first_request, rides

from ..kit.chart import Axis
from ..kit.style import COMPUTE, GHOST, INK, MEMORY, PAPER, RULE
from ..kit.svg import Picture, broken, grip, keyed, rectangle, text
from ..kit.view import Formula, View
from . import timeline_words as words

WIDTH = 560.0
LEFT, RIGHT, TOP, ROW, BAR = 6.0, 538.0, 84.0, 56.0, 20.0
TICK = 4.0  # pixels between two tokens that can still be told apart


ENDS = (1, 2, 3, 5, 10)  # where the axis may end, times a power of ten


def span(rides: Sequence[Ride], window: float) -> float:
    """Seconds that the picture shows: `window`, or for 0 a round time that holds every answer."""
    if window:
        return window
    longest = max([r.total for r in rides if r.fits], default=0.0)
    least = max(1.1 * longest, 1.05 * rides[0].request.wanted_s)
    power = 10.0 ** math.floor(math.log10(least))
    return next(m * power for m in ENDS if m * power >= least * (1 - 1e-9))


def bars(
    rides: Sequence[Ride], chosen: int, window: float, before: Sequence[Ride] | None = None
) -> Picture:
    """One bar a machine on one axis of time: prefill hatched, decode plain, tokens as ticks."""
    shown = span(rides, window)
    title = _("One request, one user: {model}").format(model=rides[0].request.model)
    bottom = TOP + ROW * len(rides)
    parts = [text(4, 18, title, "title", key="title"), _legend(), _axis(shown, bottom)]
    words_ = []
    for place, ride in enumerate(rides):
        was = before[place] if before else None
        drawn, said = _row(ride, TOP + ROW * place, shown, place == chosen, was)
        parts += drawn
        words_ += said
    # Words last: with their halo they keep the line of the limit off.
    parts += [_limit(rides[0].request.wanted_s, shown, bottom), *words_]
    return Picture("".join(parts), WIDTH, bottom + 44, title, words.summary(rides))


def _x(seconds: float, shown: float) -> float:
    return LEFT + min(seconds / shown, 1) * (RIGHT - LEFT)


def _legend() -> str:
    parts = [rectangle(4, 32, 26, 13, f"fill:{COMPUTE}", hatched=True)]
    parts.append(text(36, 43, _("prefill: the prompt is read"), "small"))
    parts.append(rectangle(250, 32, 26, 13, f"fill:{MEMORY}") + _ticks(250, 276, 6.5, 32, 13))
    return "".join(parts) + text(282, 43, _("decode: token after token"), "small")


def _axis(shown: float, bottom: float) -> str:
    axis = f'<path d="M{LEFT} {bottom:.1f}H{RIGHT}" style="stroke:{INK};stroke-width:1"/>'
    parts = [keyed("axis", axis)]
    for tick in Axis(0, shown, "").ticks(5):
        x, key = _x(tick, shown), f"tick:{tick:g}"
        line = f'<path d="M{x:.1f} {TOP - 4:.1f}V{bottom + 5:.1f}" style="stroke:{RULE};stroke-opacity:.6"/>'
        parts.append(keyed(key, line))
        side = "start" if tick == 0 else "end" if x > RIGHT - 20 else "middle"
        parts.append(text(x, bottom + 19, si(tick, "s", shown), "small", side, key))
    said = _("time since the question")
    return "".join(parts) + text((LEFT + RIGHT) / 2, bottom + 37, said, "small", "middle")


def _limit(wanted: float, shown: float, bottom: float) -> str:
    """The time by which the answer is wanted, a mark on the axis that can be dragged."""
    said = _("wanted within {wanted}").format(wanted=si(wanted, "s"))
    x = _x(wanted, shown)
    beyond = wanted > shown
    # The line stops at the bars: it must not run through names and values.
    bars_only = "".join(f"M{x:.1f} {TOP + ROW * i + 18:.1f}v{BAR + 4:g}" for i in range(round((bottom - TOP) / ROW)))  # fmt: skip
    line = f'<path d="{bars_only}" style="stroke:{INK};stroke-width:2;stroke-dasharray:7 4"/>'
    mark = f'<path d="M0 0L8 -11H-8Z" style="fill:{PAPER};stroke:{INK};stroke-width:2"/>'
    held = grip(
        (x, TOP - 6), mark, name="wanted", label=_("Wanted within"), now=wanted, says=said,
        scale=(LEFT, 0, RIGHT, shown), step=shown / 50,
    )  # fmt: skip
    side = "start" if x < WIDTH / 3 else "end" if x > WIDTH * 2 / 3 else "middle"
    at = x + {"start": 14, "end": -14, "middle": 0}[side]
    up = TOP - 8 if side != "middle" else TOP - 22
    words_ = text(at, up, said + (" ▶" if beyond else ""), "small halo", side, "wanted")
    return ("" if beyond else keyed("limit", line)) + words_ + held


def _row(
    r: Ride, y: float, shown: float, chosen: bool, before: Ride | None
) -> tuple[list[str], list[str]]:
    """The bar of a machine, and its words."""
    key = r.site.name
    name = ("▸ " if chosen else "") + words.about(r) + r.site.name
    said = [text(LEFT, y + 14, name, "halo strong", key=f"{key}:name")]
    top = y + 20
    if not r.fits:
        outline = f"fill:none;stroke:{INK};stroke-width:1;stroke-dasharray:5 3"
        said.append(text(LEFT + 12, top + 15, words.lacking(r), "halo small", key=f"{key}:lacks"))
        return [rectangle(LEFT, top, RIGHT - LEFT, BAR, outline, key=f"{key}:none")], said
    first, last = _x(r.ttft, shown), _x(r.total, shown)
    pace = words.pace(r) + " · " + words.verdict(r)
    said.append(text(RIGHT, y + 14, pace, "halo small", "end", f"{key}:pace"))
    prefill, total = f"{_('prefill')}: {si(r.ttft, 's')}", words.least(r) + si(r.total, "s")
    parts = [rectangle(LEFT, top, max(2.0, first - LEFT), BAR, f"fill:{COMPUTE}", True, f"{key}:prefill", prefill)]  # fmt: skip
    if last > first:
        decode = f"{_('decode')}: {si(r.total - r.ttft, 's')}"
        parts.append(rectangle(first, top, last - first, BAR, f"fill:{MEMORY}", False, f"{key}:decode", decode))  # fmt: skip
        step = r.tpot / shown * (RIGHT - LEFT)
        if step >= TICK:
            parts.append(keyed(f"{key}:ticks", _ticks(first, last, step, top, BAR)))
    if before and before.fits and before.total != r.total and before.total <= shown:
        x, was = _x(before.total, shown), _("before: {time}").format(time=si(before.total, "s"))
        ghost = f'<path d="M{x:.1f} {top - 3:.1f}v{BAR + 6:g}" style="stroke:{GHOST};stroke-width:4"><title>{was}</title></path>'
        parts.append(keyed(f"{key}:ghost", ghost))
    if r.total > shown:
        parts.append(broken(RIGHT - 16, top, BAR))
        said.append(text(RIGHT - 22, top + 15, total + " ▶", "halo strong", "end", f"{key}:total"))
        return parts, said
    inside = last > WIDTH * 0.8
    at, side = (last - 6, "end") if inside else (last + 6, "start")
    said.append(text(at, top + 15, total, "halo strong", side, f"{key}:total"))
    return parts, said


def _ticks(first: float, last: float, step: float, top: float, height: float) -> str:
    """A thin line where one token ends and the next begins."""
    count = int((last - first) / step)
    lines = "".join(f"M{first + step * i:.1f} {top:.1f}v{height:g}" for i in range(1, count + 1))
    return f'<path d="{lines}" style="stroke:{PAPER};stroke-width:1.5;fill:none"/>' if lines else ""


def view(
    rides: Sequence[Ride], chosen: int, window: float, before: Sequence[Ride] | None = None
) -> View:
    """Everything that is shown of one request, with cards and formula of the chosen machine."""
    ride = rides[chosen]
    return View(
        title=_("One request on several machines"),
        words=words.summary(rides),
        pictures=[bars(rides, chosen, window, before)],
        cards=words.facts(ride),
        problems=words.problems(ride),
        formula=Formula([[line] for line in words.formula(ride)]),
        head=words.head(),
        rows=words.rows(rides),
        notes=[words.signs()],
    )


def first_picture() -> Picture:
    """The bars that the widget opens with."""
    return view(rides(first_request()), CHOSEN, WHOLE).figure().picture
