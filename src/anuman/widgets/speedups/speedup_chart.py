"""How the gains look: one line a trick against the batch, cards, formula, table."""

from anuman.language import _, number, si
from anuman.scenes.tricks import (
    CACHE8,
    DRAFTS,
    EXPERTS,
    HELPS,
    LARGEST_BATCH,
    MIXTURE,
    TOP_K,
    TRICKS,
    WEIGHTS4,
    WEIGHTS8,
    Tricks,
)  # fmt: skip

from ..kit.chart import Axis, Chart
from ..kit.style import COMPUTE, INK, KV_CACHE, MEMORY, RULE, WEIGHTS
from ..kit.svg import Picture
from ..kit.view import Formula, View

WIDTH, HEIGHT, ASIDE = 640.0, 400.0, 128.0
LEAST, MOST = 0.5, 40.0  # the frame, for every setting
LOOKS = {
    WEIGHTS8: (WEIGHTS, "6 4"),
    WEIGHTS4: (WEIGHTS, ""),
    CACHE8: (KV_CACHE, "2 4"),
    DRAFTS: (COMPUTE, "8 3 2 3"),
    MIXTURE: (MEMORY, ""),
}
TABLE_BATCHES = (1, 4, 16, 64, 128, 256, 512, LARGEST_BATCH)


def trick_name(trick: str) -> str:
    """What a trick is called beside its line."""
    return {
        WEIGHTS8: _("8-bit weights"),
        WEIGHTS4: _("4-bit weights"),
        CACHE8: _("8-bit KV cache"),
        DRAFTS: _("drafts"),
        MIXTURE: _("experts"),
    }[trick]


def explained(t: Tricks) -> str:
    """What the chosen trick does, with the setting's numbers."""
    return {
        WEIGHTS8: _(
            "The weights are read in 8 bits each (8.5 with their scales), multiplied in 16."
        ),
        WEIGHTS4: _(
            "The weights are read in 4 bits each (4.5 with their scales), multiplied in 16."
        ),
        CACHE8: _("Keys and values are kept in 8 bits instead of 16; the weights stay."),
        DRAFTS: _(
            "A small model drafts {k} tokens a round, each accepted with probability {alpha}; the check "
            "computes {checked} tokens for every user."
        ).format(k=number(t.drafted), alpha=number(t.acceptance), checked=number(t.drafted + 1)),
        MIXTURE: _(
            "As many weights, but in {experts} experts, of which each token uses {k}: what no user's token "
            "has chosen is not read."
        ).format(experts=number(EXPERTS), k=number(TOP_K)),
    }[t.trick]


def where(t: Tricks, trick: str) -> str:
    """At which batches a trick gains at least a tenth."""
    found = t.helps(trick)
    if found is None:
        return _("nowhere")
    low, high = found
    if high == LARGEST_BATCH:
        return _("from batch {low} on").format(low=number(low))
    if low == 1:
        return _("up to batch {high}").format(high=number(high))
    return _("batch {low} to {high}").format(low=number(low), high=number(high))


def summary(t: Tricks) -> str:
    """The state in sentences."""
    return _("{trick} at batch {batch}: {gain} times as fast. A tenth or more: {where}.").format(
        trick=trick_name(t.trick), batch=number(t.batch), gain=number(t.speedup(t.trick, t.batch)),
        where=where(t, t.trick),
    )  # fmt: skip


def _within(gain: float) -> float:
    return min(max(gain, LEAST), MOST)


def chart(t: Tricks, before: Tricks | None = None) -> Picture:
    """The five lines, the chosen point to be dragged along its own."""
    drawn = Chart(
        Axis(1, LARGEST_BATCH, _("users in a step (batch), logarithmic"), log=True),
        Axis(LEAST, MOST, _("times as fast, logarithmic"), log=True),
        _("What each trick gains"),
        WIDTH,
        HEIGHT,
    )
    drawn.right = WIDTH - ASIDE
    if 0 < t.room < LARGEST_BATCH:
        drawn.region(t.room, LARGEST_BATCH, f"fill:{RULE};fill-opacity:.35", "full")
        full = _("memory full (16 bits)")
        drawn.label(t.room, LEAST * 1.12, full, "left", 6, "small", "full")
    drawn.line([(1, 1), (LARGEST_BATCH, 1)], INK, "2 4", 1.5, "one")
    if before and before.line(t.trick) != t.line(t.trick):
        drawn.ghost([(batch, _within(gain)) for batch, gain in before.line(t.trick)])
    for trick in TRICKS:
        colour, dash = LOOKS[trick]
        line = [(batch, _within(gain)) for batch, gain in t.line(trick)]
        chosen = trick == t.trick
        drawn.line(line, colour, dash, 3.5 if chosen else 1.8, trick)
        drawn.end_label(line[-1][1], trick_name(trick), trick)
    colour, _dash = LOOKS[t.trick]
    gain = t.speedup(t.trick, t.batch)
    drawn.grip(
        t.batch, _within(gain), colour, name="batch", label=_("Batch (users in a step)"), now=t.batch,
        says=_("batch {batch}: {gain} times as fast").format(batch=number(t.batch), gain=number(gain)),
        values=(1, LARGEST_BATCH), track=[(b, _within(g)) for b, g in t.line(t.trick)],
    )  # fmt: skip
    return drawn.picture(summary(t))


def cards(t: Tricks) -> list[tuple[str, str, str]]:
    """Gain, where it helps, what the step waits for."""
    before, after = t.plain(t.batch), t.with_trick(t.trick, t.batch)
    waits = (
        _("the arithmetic: fewer bytes no longer help")
        if t.bound == "compute"
        else _("the memory: fewer bytes help")
    )
    return [
        (
            _("Gain at this batch"),
            _("{gain} ×").format(gain=number(before / after)),
            _("{before} a token become {after}").format(
                before=si(before, "s"), after=si(after, "s")
            ),
        ),
        (
            _("Gains at least a tenth"),
            where(t, t.trick),
            _("{trick}, with this context").format(trick=trick_name(t.trick)),
        ),
        (_("Without tricks a step waits for"), si(before, "s"), waits),
    ]


def view(t: Tricks, before: Tricks | None = None) -> View:
    """Everything that is shown of one setting."""
    problems = []
    if t.room == 0:
        problems.append(
            _("{model} does not fit into one {chip} with 16 bits a weight: the lines show what its speed would give.").format(model=t.model, chip=t.chip)
        )  # fmt: skip
    elif t.batch > t.room:
        problems.append(
            _("The caches of {batch} users do not fit: there is room for {room}.").format(
                batch=number(t.batch), room=number(t.room)
            )
        )
    if t.speedup(t.trick, t.batch) < 1:
        problems.append(_("Here the trick makes it slower."))
    before_s, after_s = t.plain(t.batch), t.with_trick(t.trick, t.batch)
    return View(
        title=_("What each trick gains"),
        words=summary(t),
        pictures=[chart(t, before)],
        cards=cards(t),
        problems=problems,
        formula=Formula(
            [
                [_("gain"), " = ", (_("time before"), _("time after"))],
                ["= ", (si(before_s, "s"), si(after_s, "s")), f" = {number(before_s / after_s)}"],
            ]
        ),
        notes=[explained(t)],
        head=[_("batch"), *(trick_name(trick) for trick in TRICKS)],
        rows=[
            [number(batch), *(number(t.speedup(trick, batch)) for trick in TRICKS)]
            for batch in TABLE_BATCHES
        ],
        caption=_("Times as fast as without tricks, {model} on {chip}, {context} tokens a user. A gain below {tenth} counts as none.").format(
            model=t.model, chip=t.chip, context=number(t.context), tenth=number(HELPS)
        ),
    )  # fmt: skip


def first_picture() -> Picture:
    """The widget at its first setting, for readers without a kernel."""
    return view(Tricks()).figure().picture
