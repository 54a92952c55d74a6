"""How the memory jar looks: a jar with slabs, number cards, formula, banner, table."""

from html import escape

from anuman.language import _, number, si
from anuman.scenes.jar import Jar, first_jar

from ..kit.chart import Axis
from ..kit.figure import Figure, folded, table_html
from ..kit.style import COMPUTE, INK, MEMORY, PAPER, fact
from ..kit.svg import Picture, paragraphs, rectangle, stack, text
from . import jar_words as words

WIDTH = 520.0
LEFT, RIGHT, TOP, BOTTOM = 74.0, 330.0, 44.0, 400.0
ABOVE = 1.35  # how far above its rim the jar is drawn when things do not fit
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


def jar(j: Jar) -> Picture:
    """Weights at the bottom, one slab a request above them, the rim, and what sticks out of it."""
    total = j.weights + j.reserved(j.requests)
    scale = _Scale(j.memory * (1.04 if total <= j.memory else ABOVE))
    title = _("The memory jar: {site}").format(site=words.site(j.chips, j.chip))
    body = text(4, 18, title, "title") + _axis(scale, j.memory)
    body += _weights(j, scale) + _requests(j, scale) + _rim(j, scale)
    return Picture(body, WIDTH, BOTTOM + 16, title, words.summary(j))


def _axis(scale: _Scale, memory: float) -> str:
    made = ""
    for tick in Axis(0, memory, "").ticks(6):
        y = scale.y(tick)
        made += (
            f'<path d="M{LEFT - 5:.0f} {y:.1f}H{LEFT:.0f}" style="stroke:{INK};stroke-width:1"/>'
        )
        made += text(LEFT - 8, y + 4, si(tick, "B", memory), "small", "end")
    return made


def _rim(j: Jar, scale: _Scale) -> str:
    y = scale.y(j.memory)
    walls = f"M{LEFT} {y:.1f}V{BOTTOM}H{RIGHT}V{y:.1f}"
    made = f'<path d="{walls}" style="fill:none;stroke:{INK};stroke-width:3"/>'
    made += f'<path d="M{LEFT - 6} {y:.1f}H{RIGHT + 12}" style="stroke:{INK};stroke-width:2;stroke-dasharray:7 4"/>'
    full = _("rim: {memory}").format(memory=si(j.memory, "B"))
    made += text(RIGHT + 16, y + 5, full, "strong")
    if j.fits:
        used = j.weights + j.reserved(j.requests)
        free = _("free: {free}").format(free=si(j.memory - used, "B"))
        return made + text(RIGHT + 16, y + 23, free, "small")
    return made + text(RIGHT + 16, y - 13, "▲ " + _("does not fit"), "strong")


def _weights(j: Jar, scale: _Scale) -> str:
    top = scale.y(j.weights)
    style = f"fill:{COMPUTE}"
    made = rectangle(LEFT, top, RIGHT - LEFT, BOTTOM - top, style, hatched=not j.weights_fit)
    label = _("weights: {weights}").format(weights=si(j.weights, "B"))
    return made + text(RIGHT + 16, min(BOTTOM - 4, (top + BOTTOM) / 2 + 5), label, "strong")


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
    middle = (scale.y(j.weights) + scale.y(j.weights + j.reserved(inside))) / 2
    kept = (
        _("{count} requests,").format(count=number(inside)),
        _("up to {size} each").format(size=si(j.context * j.token, "B")),
    )
    if inside:
        low = min(BOTTOM - 40, max(middle, scale.y(j.memory) + 42))
        made += text(RIGHT + 16, low, kept[0], "strong") + text(RIGHT + 16, low + 17, kept[1])
    return made


def _slabs(j: Jar, scale: _Scale, first: int, last: int, inside: bool) -> str:
    made, below = "", j.weights + j.reserved(first)
    for request in range(first, last):
        if below + j.slots(request) * j.token > scale.top:
            return made + _more(last - request)
        height = scale.height(j.slots(request) * j.token)
        top = scale.y(below) - height
        share = j.length(request) / j.slots(request)
        made += _slab(top, height, share, inside)
        if height >= LABEL:
            made += text(LEFT + 8, top + height / 2 + 4.5, number(request + 1), "halo small")
        below += j.slots(request) * j.token
    return made


def _slab(top: float, height: float, share: float, inside: bool) -> str:
    """Reserved room as an outline, the part that holds tokens filled; outside the jar dashed."""
    width = RIGHT - LEFT
    dash = "" if inside else ";stroke-dasharray:5 3"
    outline = f"fill:{PAPER};stroke:{INK};stroke-width:1{dash}"
    made = rectangle(LEFT, top, width, height, outline)
    if inside:
        gap = 0.0 if height < 6 else 1.0
        used = max(1.0, share * width - 2)
        made += rectangle(LEFT + 1, top + gap, used, height - 2 * gap, f"fill:{MEMORY}")
    return made


def _block(j: Jar, scale: _Scale, first: int, last: int, inside: bool) -> str:
    below = j.weights + j.reserved(first)
    top = max(TOP, scale.y(j.weights + j.reserved(last)))
    height = scale.y(below) - top
    if height <= 0:
        return ""
    if not inside:
        outline = f"fill:{PAPER};stroke:{INK};stroke-width:1;stroke-dasharray:5 3"
        return rectangle(LEFT, top, RIGHT - LEFT, height, outline) + _more(last - first)
    used = (1 - j.waste) * (RIGHT - LEFT)
    made = rectangle(
        LEFT, top, RIGHT - LEFT, height, f"fill:{PAPER};stroke:{INK};stroke-width:1"
    ) + rectangle(LEFT + 1, top, max(1.0, used - 2), height, f"fill:{MEMORY}")
    lines = "".join(f"M{LEFT} {top + 4 * i:.1f}h{used:.1f}" for i in range(1, int(height / 4) + 1))
    return made + f'<path d="{lines}" style="stroke:{PAPER};stroke-width:1;fill:none"/>'


def _more(count: int) -> str:
    said = _("{count} more above").format(count=number(count))
    return text((LEFT + RIGHT) / 2, TOP - 8, "▲ " + said, "small", "middle")


def formula_html(j: Jar) -> str:
    """The law with fractions drawn as such."""
    parts = [
        f'<span class="ratio"><span>{escape(top)}</span><span>{escape(bottom)}</span></span>'
        for top, bottom in words.terms(j)
    ]
    lines = [f"n = {parts[0]}", f"= {parts[1]}", f"= {escape(words.result(j))}"]
    spans = " ".join(f'<span class="term">{line}</span>' for line in lines)
    label = escape(" ".join(words.formula(j)), quote=True)
    return f'<div class="formula" role="math" aria-label="{label}">{spans}</div>'


def table(j: Jar) -> str:
    """The table twin as HTML."""
    return table_html([_("quantity"), _("value")], words.rows(j))


def banner(j: Jar) -> str:
    """The failure states, above everything else."""
    said = "".join(f"<p>{escape(p)}</p>" for p in words.problems(j))
    return f'<div class="banner" role="status">{said}</div>' if said else ""


def html(j: Jar) -> str:
    """Everything below the controls, without the table."""
    cards = "".join(fact(*card) for card in words.facts(j))
    return (
        f'{banner(j)}<div class="flow"><div class="wide">{jar(j).markup()}</div>'
        f'<div class="side">{cards}</div></div>{formula_html(j)}'
    )


def still(j: Jar) -> Figure:
    """The same without a kernel: the picture, the cards and the formula as text, the table."""
    lines = [*words.problems(j), *(f"{a}: {b} ({n})" for a, b, n in words.facts(j))]
    lines += words.formula(j)
    said = words.summary(j)
    picture = stack([jar(j), paragraphs(lines, WIDTH)], _("The memory jar"), said)
    return Figure(html(j) + folded(_("The same as a table"), table(j)), said, picture)


def first_picture() -> Picture:
    """The jar that the widget opens with."""
    return still(first_jar()).picture
