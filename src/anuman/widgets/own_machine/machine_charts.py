"""The learner's own machine: its memory staircase, and its roofline beside the article's chips."""

from html import escape

from anuman import catalog, physics
from anuman.language import _, ended, number, si
from anuman.machine import WARNINGS, Machine, MachineFileError, load
from anuman.machine.machine_command import size

from ..kit import rooflines
from ..kit.chart import Axis, Chart
from ..kit.figure import Figure, folded, table_html
from ..kit.style import COMPUTE, INK, MEASURED, MEMORY, OTHER, fact
from ..kit.svg import Picture, stack
from ..kit.words import percent

CHIPS = (
    ("H100-SXM", COMPUTE, "9 5", "above"),
    ("TPUv6e", OTHER, "2 4", "below"),
    ("Groq-LPU1", MEMORY, "9 4 2 4", "above"),
)
WIDTH = 540.0


def staircase(machine: Machine) -> Picture:
    """Reading speed by size of the buffer that is read again and again."""
    steps = machine.staircase
    chart = Chart(
        Axis(
            steps[0].nbytes / 1.5,
            steps[-1].nbytes * 1.5,
            _("size of the buffer"),
            log=True,
            format=size,
            marks=tuple(s.nbytes for s in steps[::2]),
        ),
        Axis(0, 1.18 * max(s.bandwidth for s in steps), _("bytes read per second"), format=_speed),
        _("The memory staircase of this computer"),
        WIDTH,
        300,
    )
    chart.line([(s.nbytes, s.bandwidth) for s in steps], MEASURED)
    for step in steps:
        name = f"{size(step.nbytes)}: {_speed(step.bandwidth)}"
        chart.point(step.nbytes, step.bandwidth, MEASURED, "circle", 4, name)
    best, last = max(steps, key=lambda s: s.bandwidth), steps[-1]
    if machine.cache_bytes and chart.x.low < machine.cache_bytes < chart.x.high:
        edge, top = machine.cache_bytes, chart.y.high
        chart.line([(edge, 0), (edge, top)], INK, "2 4", 1.5)
        cache = _("end of the caches: {size}").format(size=size(edge))
        chart.label(edge, top * 0.97, cache, "left", kind="small")
    label = _("fastest: {speed}").format(speed=_speed(best.bandwidth))
    chart.label(best.nbytes, best.bandwidth, label, "above", kind="strong")
    label = _("memory outside: {speed}").format(speed=_speed(last.bandwidth))
    chart.label(last.nbytes, last.bandwidth, label, "below", kind="strong")
    said = _("Buffers of {small} to {large}: {fast} at best, {slow} for the largest.").format(
        small=size(steps[0].nbytes), large=size(last.nbytes),
        fast=_speed(best.bandwidth), slow=_speed(last.bandwidth),
    )  # fmt: skip
    return chart.picture(said)


def _speed(bandwidth: float) -> str:
    return si(bandwidth, "B/s")


def own_roofline(machine: Machine) -> Picture:
    """The measured machine and its batch sweep on the same axes as the chips of the article."""
    sweeps = [*machine.sweep, *machine.blocked_sweep]
    peaks = [catalog.chip(name).peak(catalog.chip(name).peak16) for name, *_rest in CHIPS]
    least = min(p.flops_per_s for p in sweeps)
    chart = Chart(
        rooflines.intensity_axis(0.25, 10_000),
        rooflines.flop_axis(least, 4 * max(*peaks, machine.peak)),
        _("This computer (one thread) on the axes of the chips"),
        WIDTH,
        430,
    )
    blocks = _("in blocks of 16 rows")
    chart.legend([("circle", MEASURED, _("plain W @ X")), ("triangle", MEASURED, blocks)])
    for (name, colour, dash, side), peak in zip(CHIPS, peaks, strict=True):
        rooflines.roof(chart, name, peak, catalog.chip(name).bandwidth, colour, dash, side)
    rooflines.roof(chart, _("this computer"), machine.peak, machine.bandwidth, MEASURED)
    for points, shape, name in (
        (machine.sweep, "circle", "W @ X"),
        (machine.blocked_sweep, "triangle", blocks),
    ):
        for point in points:
            words = _("{name}, batch {batch}: {rate}").format(
                name=name, batch=number(point.batch), rate=si(point.flops_per_s, "FLOP/s")
            )
            chart.point(point.intensity, point.flops_per_s, MEASURED, shape, 4.5, words)
    said = _("This computer: {bandwidth}, {peak}, ridge at {ridge}.").format(
        bandwidth=_speed(machine.bandwidth), peak=si(machine.peak, "FLOP/s"),
        ridge=si(machine.ridge, "FLOP/byte"),
    )  # fmt: skip
    return chart.picture(said)


def tables(machine: Machine) -> str:
    """The numbers behind both pictures."""
    stairs = [[size(s.nbytes), _speed(s.bandwidth)] for s in machine.staircase]
    sweep = [
        [
            number(plain.batch), number(plain.intensity), si(plain.seconds, "s"),
            percent(plain.flops_per_s / _roof(machine, plain.intensity)),
            si(blocked.seconds, "s"),
            percent(blocked.flops_per_s / _roof(machine, blocked.intensity)),
        ]
        for plain, blocked in zip(machine.sweep, machine.blocked_sweep, strict=True)
    ]  # fmt: skip
    head = [
        _("batch"), _("FLOP/byte"), _("W @ X: time"), _("W @ X: share of the roof"),
        _("in blocks: time"), _("in blocks: share of the roof"),
    ]  # fmt: skip
    rows, columns = machine.matrix
    return table_html([_("size of the buffer"), _("bytes read per second")], stairs) + table_html(
        head,
        sweep,
        _("W: {rows} × {columns} numbers of 4 bytes").format(rows=rows, columns=columns),
    )


def _roof(machine: Machine, intensity: float) -> float:
    return physics.attainable_flops(intensity, machine.peak, machine.bandwidth)


def facts(machine: Machine) -> list[tuple[str, str, str]]:
    """The three numbers of a measured machine."""
    fastest = max(s.bandwidth for s in machine.staircase)
    return [
        (
            _("Memory outside the processor"),
            _speed(machine.bandwidth),
            _("the caches are {ratio} times as fast").format(
                ratio=number(fastest / machine.bandwidth)
            ),
        ),
        (_("Peak of one thread"), si(machine.peak, "FLOP/s"), _("fp32, square matrices")),
        (
            _("Ridge"),
            si(machine.ridge, "FLOP/byte"),
            _("measured on {date}").format(date=machine.date[:10]),
        ),
    ]


def doubts(machine: Machine) -> list[str]:
    """What makes this measurement doubtful, in words."""
    return [_(WARNINGS.get(w, w)) for w in machine.warnings]


def warnings(machine: Machine) -> str:
    """The same as a banner."""
    said = "".join(f"<p>{escape(doubt)}</p>" for doubt in doubts(machine))
    return f'<div class="banner" role="status">{said}</div>' if said else ""


def own_machine(result: Machine | None = None) -> Figure:
    """Staircase and roofline of a measured machine; the last kept measurement if none is given."""
    try:
        machine = result or load()
    except MachineFileError as error:
        return message(str(error))
    if machine is None:
        return message(
            _("This computer has not been measured yet. Run the cell with measure() again.")
        )
    pictures = [staircase(machine), own_roofline(machine)]
    title = _("This computer: {name}").format(name=machine.name)
    said = " ".join(p.description for p in pictures)
    cards = "".join(fact(*card) for card in facts(machine))
    drawn = "".join(p.markup() for p in pictures)
    twin = folded(_("The same as a table"), tables(machine))
    html = (
        f'<h3>{escape(title)}</h3>{warnings(machine)}<div class="flow">{cards}</div>{drawn}{twin}'
    )
    return Figure(html, f"{ended(title)} {said}", stack(pictures, title, said))


def message(words: str) -> Figure:
    """A state that has no picture, in words."""
    return Figure(f"<p>{escape(words)}</p>", words)
