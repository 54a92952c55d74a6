"""One question's reveal as a strip: the interval as a bar, the guess on it, the truth dropping in."""

from html import escape

from anuman.language import _, number

from ..kit.chart import Axis
from ..kit.style import INK, MEASURED, RULE, USERS
from ..kit.svg import SHAPES, Picture, keyed, text, text_width

WIDTH, HEIGHT = 560.0, 96.0
LEFT, RIGHT, LINE = 14.0, WIDTH - 14, 56.0
WIDE = 20  # times the smallest value: from here on the axis is logarithmic


def axis(values: list[float]) -> Axis:
    """A scale with air around all values, logarithmic where they span many sizes."""
    low, high = min(values), max(values)
    if low > 0 and high / low > WIDE:
        return Axis(low / 2 or low, high * 2, "", log=True)
    air = 0.12 * (high - low) or 0.1 * abs(high) or 1.0
    return Axis(low - air, high + air, "")


def strip(entry: dict | None, truth: float, unit: str, dropped: bool = True) -> Picture:
    """A prediction (None where there was none) beside the truth; dropped: whether that has arrived."""
    given = [entry[k] for k in ("low", "guess", "high")] if entry else []
    scale = axis([*given, truth])

    def x(value: float) -> float:
        return LEFT + min(max(scale.at(value), 0), 1) * (RIGHT - LEFT)

    line = f'<path d="M{LEFT} {LINE}H{RIGHT}" style="stroke:{RULE};stroke-width:2"/>'
    parts = [line]
    inside = bool(entry) and entry["low"] <= truth <= entry["high"]
    if entry:
        low, guess, high = (x(v) for v in given)
        says = _("your interval: {low} to {high}").format(
            low=number(entry["low"]), high=number(entry["high"])
        )
        bar = f'<rect x="{low:.1f}" y="{LINE - 8}" width="{max(2.0, high - low):.1f}" height="16" rx="4" style="fill:{USERS};fill-opacity:.35;stroke:{USERS};stroke-width:1.5"><title>{escape(says)}</title></rect>'
        mark = f'<path d="M{guess:.1f} {LINE - 12}v24" style="stroke:{USERS};stroke-width:3"/>'
        parts += [keyed("interval", bar), keyed("guess", mark)]
        said = _("you: {low} to {high}, guess {guess}").format(
            low=number(entry["low"]), high=number(entry["high"]), guess=number(entry["guess"])
        )
        parts.append(text(LEFT, HEIGHT - 4, said, "small", key="you"))
    at, top = x(truth), LINE if dropped else 8.0
    if dropped:
        sign = "" if entry is None else "✓ " if inside else "✗ "
        said = sign + _("truth: {value} {unit}").format(value=number(truth), unit=unit)
        half = text_width(said, 14) / 2
        middle = min(max(at, LEFT + half), RIGHT - half)
        parts.append(text(middle, LINE - 20, said, "strong halo", "middle", "truth"))
    point = f'{SHAPES["diamond"](0, 0, 8)} style="fill:{MEASURED};stroke:{INK};stroke-width:2"/>'
    parts.append(f'<g data-key="point" transform="translate({at:.1f},{top:.1f})">{point}</g>')
    words = [_("truth: {value} {unit}").format(value=number(truth), unit=unit)]
    if entry:
        words.append(_("inside your interval") if inside else _("outside your interval"))
    return Picture("".join(parts), WIDTH, HEIGHT, ", ".join(words), ", ".join(words))
