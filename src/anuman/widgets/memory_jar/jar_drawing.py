"""How the memory jar looks: a jar with slabs, number cards, formula, banner, table."""

import math

from anuman.language import _, number, si
from anuman.scenes.jar import Jar, first_jar

from ..kit.chart import Axis
from ..kit.style import GHOST, INK, KV_CACHE, PAPER, WEIGHTS
from ..kit.svg import Picture, broken_across, grip, keyed, rectangle, text, text_width
from ..kit.view import Formula, View
from . import jar_words as words

WIDTH = 520.0
LEFT, RIGHT, TOP, BOTTOM = 74.0, 330.0, 44.0, 400.0
ABOVE = 1.25  # how far above its rim the jar is drawn when things do not fit
TOPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # where the axis may end, times a power of ten
THINNEST = 3.0  # pixels of a slab that can still be told from the next
LABEL = 15.0  # pixels that a number in a slab needs


class _Scale:
    """Bytes -> pixels from the bottom of the jar up."""

    def __init__(self, top: float):
        self.top = top

    def y(self, nbytes: float) -> float:
        return BOTTOM - min(nbytes, self.top) / self.top * (BOTTOM - TOP)

    def height(self, nbytes: float) -> float:
        return nbytes / self.top * (BOTTOM - TOP)


def axis_top(j: Jar) -> float:
    """Bytes at the top of the axis; it holds while the jar is filled and moves only for another jar."""
    least = j.memory * ABOVE
    power = 10.0 ** math.floor(math.log10(least))
    return next(m * power for m in TOPS if m * power >= least * (1 - 1e-9))


def jar(j: Jar, before: Jar | None = None) -> Picture:
    """Weights at the bottom, one slab a request above them, the rim, and what sticks out of it."""
    scale = _Scale(axis_top(j))
    title = _("The memory jar: {site}").format(site=words.site(j.chips, j.chip))
    parts = [text(4, 18, title, "title", key="title"), _axis(scale)]
    parts += [_weights(j, scale), _requests(j, scale), _rim(j, scale), _ghost(j, before, scale)]
    parts += _labels(j, scale)
    parts += [_fill_grip(j, scale), _rim_grip(j, scale)]
    return Picture("".join(parts), WIDTH, BOTTOM + 16, title, words.summary(j))


def _axis(scale: _Scale) -> str:
    parts = []
    for tick in Axis(0, scale.top, "").ticks(6):
        y, key = scale.y(tick), f"tick:{tick:g}"
        line = f'<path d="M{LEFT - 5:.0f} {y:.1f}H{LEFT:.0f}" style="stroke:{INK};stroke-width:1"/>'
        parts.append(keyed(key, line))
        parts.append(text(LEFT - 8, y + 4, si(tick, "B", scale.top), "small", "end", key))
    return "".join(parts)


def _rim(j: Jar, scale: _Scale) -> str:
    y = scale.y(j.memory)
    walls = f'<path d="M{LEFT} {y:.1f}V{BOTTOM}H{RIGHT}V{y:.1f}" style="fill:none;stroke:{INK};stroke-width:3"/>'
    line = f'<path d="M{LEFT - 6} {y:.1f}H{RIGHT + 12}" style="stroke:{INK};stroke-width:2;stroke-dasharray:7 4"/>'
    return keyed("walls", walls) + keyed("rim", line)


def _weights(j: Jar, scale: _Scale) -> str:
    top, says = scale.y(j.weights), si(j.weights, "B")
    drawn = rectangle(
        LEFT, top, RIGHT - LEFT, BOTTOM - top, f"fill:{WEIGHTS}", not j.weights_fit, "weights", says
    )
    cut = broken_across(LEFT, TOP + 8, RIGHT - LEFT) if j.weights > scale.top else ""
    return drawn + keyed("cut", cut)


def _ghost(j: Jar, before: Jar | None, scale: _Scale) -> str:
    """Where the filling ended before, as a grey line beside the jar."""
    if before is None:
        return ""
    was, now = (one.weights + one.reserved(one.requests) for one in (before, j))
    if was == now or was > scale.top:
        return ""
    y, says = scale.y(was), _("before: {size}").format(size=si(was, "B"))
    line = f'<path d="M{LEFT - 4} {y:.1f}H{RIGHT + 4}" style="stroke:{GHOST};stroke-width:3;stroke-dasharray:3 3"><title>{says}</title></path>'
    return keyed("ghost", line)


def _labels(j: Jar, scale: _Scale) -> list[str]:
    """Words to the right of the jar, each at its height, pushed apart where they would touch."""
    inside = min(j.requests, j.held) if j.weights_fit else 0
    used = j.weights + j.reserved(j.requests)
    wanted = [(scale.y(j.memory) + 5, _("rim: {memory}").format(memory=si(j.memory, "B")), "strong", "rim")]  # fmt: skip
    if j.fits:
        free = _("free: {free}").format(free=si(j.memory - used, "B"))
        wanted.append((scale.y(j.memory) + 22, free, "small", "free"))
    else:
        wanted.append((scale.y(j.memory) - 13, "▲ " + _("does not fit"), "strong", "free"))
    if inside:
        middle = (scale.y(j.weights) + scale.y(j.weights + j.reserved(inside))) / 2
        held = (
            _("{count} requests,").format(count=number(inside)) if inside > 1 else _("1 request,")
        )
        wanted.append((middle, held, "strong", "held"))
        size = si(j.context * j.token, "B")
        wanted.append((middle + 17, _("up to {size} each").format(size=size), "", "each"))
    label = _("weights: {weights}").format(weights=si(j.weights, "B"))
    wanted.append(((scale.y(j.weights) + BOTTOM) / 2 + 5, label, "strong", "weights"))
    parts, last = [], TOP - 20
    room = 17 * len(wanted)
    for y, words_, kind, key in sorted(wanted):
        room -= 17
        last = min(max(y, last + 17), BOTTOM - 2 - room)
        parts.append(text(RIGHT + 22, last, words_, kind, key=f"label:{key}"))
    return parts


def _fill_grip(j: Jar, scale: _Scale) -> str:
    """A handle at the top of the requests: how many are wanted."""
    if not j.weights_fit:
        return ""
    y = scale.y(j.weights + j.reserved(j.requests))
    says = _("{count} requests").format(count=number(j.requests))
    mark = f'<path d="M-26 -4H26V4H-26Z" style="fill:{KV_CACHE};stroke:{INK};stroke-width:2"/>'
    return grip(
        ((LEFT + RIGHT) / 2, y), mark, name="requests", label=_("Requests at once"),
        now=j.weights + j.reserved(j.requests), says=says, axis="y",
        scale=(BOTTOM, 0, TOP, scale.top),
    )  # fmt: skip


def _rim_grip(j: Jar, scale: _Scale) -> str:
    """A handle at the rim: another machine with more memory or less."""
    mark = f'<path d="M0 -9L9 0L0 9L-9 0Z" style="fill:{PAPER};stroke:{INK};stroke-width:2.5"/>'
    return grip(
        (RIGHT + 8, scale.y(j.memory)), mark, name="memory", label=_("Rim of the jar: all memory"),
        now=j.memory, says=f"{words.site(j.chips, j.chip)}: {si(j.memory, 'B')}", axis="y",
        scale=(BOTTOM, 0, TOP, scale.top),
    )  # fmt: skip


def _requests(j: Jar, scale: _Scale) -> str:
    """Slabs from below; those that would be too thin to see are drawn as one block."""
    if not j.weights_fit:
        return ""
    inside = min(j.requests, j.held)
    thin = scale.height(j.mean_slots * j.token) < THINNEST
    made = _block(j, scale, 0, inside, True) if thin else _slabs(j, scale, 0, inside, True)
    if j.requests > inside:
        draw = _block if thin else _slabs
        made += draw(j, scale, inside, j.requests, False)
    return made


def _slabs(j: Jar, scale: _Scale, first: int, last: int, inside: bool) -> str:
    parts, below = [], j.weights + j.reserved(first)
    for request in range(first, last):
        if below + j.slots(request) * j.token > scale.top:
            return "".join(parts) + _more(last - request)
        height = scale.height(j.slots(request) * j.token)
        top = scale.y(below) - height
        share = j.length(request) / j.slots(request)
        name = number(request + 1)
        says = f"{name}: {si(j.length(request) * j.token, 'B')}"
        parts.append(_slab(top, height, share, inside, f"slab:{request}", says))
        if height >= LABEL:
            filled = inside and share * (RIGHT - LEFT) > 8 + text_width(name) + 8
            look = "small strong on" if filled else "halo small"
            parts.append(text(LEFT + 8, top + height / 2 + 4.5, name, look, key=f"slab:{request}"))
        below += j.slots(request) * j.token
    return "".join(parts)


def _slab(top: float, height: float, share: float, inside: bool, key: str, says: str) -> str:
    """Reserved room as an outline, the part that holds tokens filled; outside the jar dashed."""
    width = RIGHT - LEFT
    dash = "" if inside else ";stroke-dasharray:5 3"
    outline = f"fill:{PAPER};stroke:{INK};stroke-width:1{dash}"
    drawn = rectangle(LEFT, top, width, height, outline, key=key)
    if inside:
        gap = 0.0 if height < 6 else 1.0
        used = max(1.0, share * width - 2)
        drawn += rectangle(LEFT + 1, top + gap, used, height - 2 * gap, f"fill:{KV_CACHE}", key=f"{key}:used", says=says)  # fmt: skip
    return drawn


def _block(j: Jar, scale: _Scale, first: int, last: int, inside: bool) -> str:
    below = j.weights + j.reserved(first)
    top = max(TOP, scale.y(j.weights + j.reserved(last)))
    height, key = scale.y(below) - top, f"block:{inside}"
    if height <= 0:
        return ""
    width, says = RIGHT - LEFT, _("{count} requests").format(count=number(last - first))
    if not inside:
        outline = f"fill:{PAPER};stroke:{INK};stroke-width:1;stroke-dasharray:5 3"
        drawn = rectangle(LEFT, top, width, height, outline, key=key, says=says)
        return drawn + (_more(last - first) if top <= TOP else "")
    used = (1 - j.waste) * width
    drawn = rectangle(
        LEFT, top, width, height, f"fill:{PAPER};stroke:{INK};stroke-width:1", key=key
    )
    drawn += rectangle(LEFT + 1, top, max(1.0, used - 2), height, f"fill:{KV_CACHE}", key=f"{key}:used", says=says)  # fmt: skip
    lines = "".join(f"M{LEFT} {top + 4 * i:.1f}h{used:.1f}" for i in range(1, int(height / 4) + 1))
    strokes = (
        f'<path d="{lines}" style="stroke:{PAPER};stroke-width:1;fill:none;pointer-events:none"/>'
    )
    return drawn + (keyed(f"{key}:lines", strokes) if lines else "")


def _more(count: int) -> str:
    said = _("{count} more above").format(count=number(count))
    return text((LEFT + RIGHT) / 2, TOP - 8, "▲ " + said, "small", "middle", "more")


def view(j: Jar, before: Jar | None = None) -> View:
    """Everything that is shown of one setting."""
    terms = [["= " if place else "n = ", term] for place, term in enumerate(words.terms(j))]
    return View(
        title=_("The memory jar"),
        words=words.summary(j),
        pictures=[jar(j, before)],
        cards=words.facts(j),
        problems=words.problems(j),
        formula=Formula([*terms, [f"= {words.result(j)}"]]),
        head=[_("quantity"), _("value")],
        rows=words.rows(j),
    )


def first_picture() -> Picture:
    """The jar that the widget opens with."""
    return view(first_jar()).figure().picture
