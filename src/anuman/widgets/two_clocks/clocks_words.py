"""What the two clocks say in words and numbers: summary, failure states, cards, formula, rows."""

from anuman.language import _, number, scientific, si
from anuman.scenes.clocks import Clocks

from ..kit.words import percent


def summary(c: Clocks) -> str:
    """The present state in one sentence, for ears and for pages without pictures."""
    if c.compute_s is None:
        first = _("{model} on {chip}, batch {batch}: memory time {memory}, compute time unknown.")
    else:
        first = _("{model} on {chip}, batch {batch}: compute time {compute}, memory time {memory}.")
    waits = {
        "memory": _("The step waits for memory."),
        "compute": _("The step waits for arithmetic."),
        "both": _("Both clocks agree."),
        None: _("Whether the step waits for memory is unknown."),
    }[c.bound]
    said = first.format(
        model=c.model, chip=c.chip, batch=number(c.batch),
        compute=si(c.compute_s, "s", c.seconds), memory=si(c.memory_s, "s", c.seconds),
    )  # fmt: skip
    return " ".join([said, waits, *problems(c)])


def problems(c: Clocks) -> list[str]:
    """Named failure states of this setting: does not fit, peak unknown."""
    found = []
    if not c.fits:
        found.append(
            _(
                "Does not fit: {model} with {w} B per weight needs {need}, "
                "one {chip} holds {have}: {chips} chips."
            ).format(
                model=c.model, w=f"{c.bytes_per_weight:g}", need=si(c.weight_bytes, "B"),
                chip=c.chip, have=si(c.capacity, "B"), chips=number(c.chips),
            )
        )  # fmt: skip
    if c.peak is None:
        found.append(
            _(
                "No dense 16-bit FLOP/s figure of {chip} is known: "
                "its compute time and its ridge are unknown."
            ).format(chip=c.chip)
        )
    return found


def _step_fact(c: Clocks) -> tuple[str, str, str]:
    least, most = ("", "") if c.compute_s is not None else ("≥ ", "≤ ")
    note = _("{rate} tokens/s for each user").format(rate=most + number(1 / c.seconds))
    if c.batch > 1:
        note += ", " + _("{rate} for all {batch} together").format(
            rate=most + number(c.batch / c.seconds), batch=number(c.batch)
        )
    return _("Step time"), least + si(c.seconds, "s"), note


def _intensity_fact(c: Clocks) -> tuple[str, str, str]:
    if c.ridge is None:
        note = _("The ridge is unknown.")
    elif c.bound == "both":
        note = _("Exactly the chip's ridge.")
    else:
        far = max(c.ridge / c.intensity, c.intensity / c.ridge)
        said = {
            "memory": _(
                "The ridge is at {ridge}, {far} times higher. Batch {critical} reaches it."
            ),
            "compute": _(
                "The ridge is at {ridge}, {far} times lower. Batch {critical} reached it."
            ),
        }[c.bound]
        note = said.format(
            ridge=number(c.ridge), far=number(far), critical=number(c.critical_batch)
        )
    return _("Intensity against ridge"), si(c.intensity, "FLOP/byte"), note


def _share_fact(c: Clocks) -> tuple[str, str, str]:
    label = _("Share of the peak FLOP/s in use")
    if c.share is None:
        return label, _("unknown"), _("The peak is unknown.")
    if c.fits:
        return label, percent(c.share), _("of {peak}, dense").format(peak=si(c.peak, "FLOP/s"))
    note = _(
        "of {chips} chips: one batch alone in their pipeline. {full} when the pipeline is full."
    )
    return (
        label,
        percent(c.share / c.chips),
        note.format(chips=number(c.chips), full=percent(c.share)),
    )


def facts(c: Clocks) -> list[tuple[str, str, str]]:
    """The three number cards: label, number, what it means."""
    return [_step_fact(c), _intensity_fact(c), _share_fact(c)]


def terms(c: Clocks) -> list[list[tuple[str, str]]]:
    """The two fractions of the law, in symbols and with the present values."""
    n, w = scientific(c.params), f"{c.bytes_per_weight:g}"
    peak = scientific(c.peak) if c.peak else _("unknown")
    return [
        [("2·N·B", "F"), ("w·N", "W")],
        [(f"2 × {n} × {c.batch}", peak), (f"{w} × {n}", scientific(c.bandwidth))],
    ]


def result(c: Clocks) -> str:
    """The larger of both times, both in one unit."""
    both = f"max({si(c.compute_s, 's', c.seconds)}, {si(c.memory_s, 's', c.seconds)})"
    return f"{both} {'=' if c.peak else '≥'} {si(c.seconds, 's')}"


def formula(c: Clocks) -> list[str]:
    """The law with the learner's own values, as lines of plain text."""
    lines = [f"max({', '.join(f'{top} / {bottom}' for top, bottom in pair)})" for pair in terms(c)]
    return [f"t = {lines[0]}", f"= {lines[1]}", f"= {result(c)}"]


def rows(c: Clocks) -> list[tuple[str, str]]:
    """Every number of the picture, for the table."""
    return [
        (_("chip"), c.chip),
        (_("model, parameters N"), f"{c.model}, {scientific(c.params)}"),
        (_("batch B"), number(c.batch)),
        (_("bytes per weight w"), f"{c.bytes_per_weight:g}"),
        (
            _("peak F, dense, {precision}").format(precision=c.precision or "16 bit"),
            si(c.peak, "FLOP/s"),
        ),
        (_("memory bandwidth W"), si(c.bandwidth, "B/s")),
        (_("compute time"), si(c.compute_s, "s")),
        (_("memory time"), si(c.memory_s, "s")),
        *((label, f"{value} ({note})" if note else value) for label, value, note in facts(c)),
        (_("weights, memory of one chip"), f"{si(c.weight_bytes, 'B')}, {si(c.capacity, 'B')}"),
        (_("chips that hold the weights"), number(c.chips)),
    ]
