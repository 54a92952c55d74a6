"""What a copy on many chips says in words and numbers: summary, failure states, cards, formula, rows."""

from anuman import catalog
from anuman.language import _, number, si
from anuman.physics.several_chips import PIPELINE, TENSOR
from anuman.scenes.copies import MOST_CHIPS, Copy, beside

from ..kit.view import Formula


def split_name(split: str) -> str:
    return {
        TENSOR: _("split every layer (tensor)"),
        PIPELINE: _("layers in turn (pipeline)"),
    }[split]


def hop_known(known: str) -> str:
    """How the time of a hop is known."""
    return {
        "yours": _("your own figure"),
        "derived": _("from published measurements"),
        "memory": _("recalled, not confirmed"),
    }.get(known, _("assumed: nobody has published it"))


def rate(c: Copy) -> str:
    return _("{rate} tokens/s").format(rate=number(c.tokens_per_s))


def watts(c: Copy) -> str:
    return _("unknown") if c.watts is None else si(c.watts, "W")


def racks(c: Copy) -> str:
    return _("unknown") if c.racks is None else number(c.racks)


def summary(c: Copy) -> str:
    """The state in sentences."""
    if not c.fits:
        return problems(c)[0]
    return _(
        "{model} on {chips} {chip}, {split}: a token takes {token}, so a user gets {rate}. "
        "Reading: {reading}. Hops: {hops}, together {passing}."
    ).format(
        model=c.model, chips=number(c.chips), chip=c.chip, split=split_name(c.split),
        token=si(c.token_s, "s"), rate=rate(c), reading=si(c.reading_s, "s"), hops=number(c.hops),
        passing=si(c.hops_s, "s"),
    )  # fmt: skip


def problems(c: Copy) -> list[str]:
    """Named states in which the copy does not stand, or its time is missing a part."""
    if not c.fits:
        said = _("{model} for {users} users does not fit into {chips} {chip}: it needs {fewest}.").format(
            model=c.model, users=number(c.users), chips=number(c.chips), chip=c.chip,
            fewest=number(c.fewest),
        )  # fmt: skip
        if c.fewest > MOST_CHIPS:
            said += " " + _("The picture ends before that.")
        return [said]
    found = []
    if c.split == TENSOR and c.chips > c.joined:
        found.append(
            _("Fast links join {joined} {chip}. Between more of them a hop takes longer than is shown.").format(
                joined=number(c.joined), chip=c.chip
            )
        )  # fmt: skip
    if c.arithmetic_s is None:
        found.append(
            _(
                "No dense peak of this width is published for {chip}: the arithmetic is left out."
            ).format(chip=c.chip)
        )
    if catalog.chip(c.chip).kind == "wafer":
        found.append(
            _("Inside the wafer results travel too; nobody has published how long. It is left out.")
        )
    return found


def cards(c: Copy) -> list[tuple[str, str, str]]:
    """Chips, speed, users, watts, floor."""
    return [
        (
            _("Chips needed"),
            number(c.fewest),
            _("{held} of weights and caches, {each} a chip").format(
                held=si(c.weights + c.users * c.cache, "B"),
                each=si(catalog.chip(c.chip).capacity, "B"),
            ),
        ),
        (_("For one user"), rate(c) if c.fits else "–", _("at most: software comes on top")),
        (
            _("Users that fit"),
            number(c.room),
            _("beside the weights, with {tokens} tokens each").format(tokens=number(c.context)),
        ),
        (_("Power of the chips"), watts(c), _power_note(c)),
        (_("Racks"), racks(c), _floor_note(c)),
    ]


def _power_note(c: Copy) -> str:
    if c.watts is None:
        return _("the maker publishes none")
    if not c.fits:
        return _("rated")
    return _("rated; {joules} J a token").format(joules=number(c.joules))


def _floor_note(c: Copy) -> str:
    if c.racks is None:
        return _("no source says how many stand in one")
    if c.floor is None:
        return _("their floor is not published")
    return _("{area} m² of floor (racks of usual size, without aisles)").format(
        area=number(c.floor)
    )


def formula(c: Copy) -> Formula:
    """The token's time from the parts that are shown."""
    at_once = c.chips if c.split == TENSOR else 1
    bandwidth = catalog.chip(c.chip).bandwidth
    terms = [
        [_("a token"), " = ", (_("weights + caches"), _("chips at once × bandwidth")), " + ",
         _("hops × time of a hop")],
        ["= ", (f"{si(c.weights, 'B')} + {si(c.group * c.cache, 'B')}",
                f"{number(at_once)} × {si(bandwidth, 'B/s')}"),
         f" + {number(c.hops)} × {si(c.hop, 's')}"],
        [f"= {si(c.reading_s, 's')} + {si(c.hops_s, 's')} = {si(c.reading_s + c.hops_s, 's')}"],
    ]  # fmt: skip
    if c.arithmetic_s and c.arithmetic_s > c.reading_s:
        terms.append(
            [
                _(
                    "but the arithmetic takes {arithmetic}, longer than the reading: {token} in all"
                ).format(arithmetic=si(c.arithmetic_s, "s"), token=si(c.token_s, "s"))
            ]
        )
    return Formula(terms)


def notes(c: Copy) -> list[str]:
    start, known = c.start
    return [
        _("Start of a hop: {start} ({known}); the rest of it is the link.").format(
            start=si(start, "s"), known=hop_known(known)
        )
    ]


def head() -> list[str]:
    return [
        _("chip"), _("chips"), _("reading"), _("hops"), _("all hops"), _("tokens/s a user"),
        _("users that fit"), _("power"), _("racks"),
    ]  # fmt: skip


def rows(c: Copy) -> list[list[str]]:
    """The same users on every chip."""
    return [
        [
            other.chip, number(other.chips), si(other.reading_s, "s"), number(other.hops),
            si(other.hops_s, "s"), number(other.tokens_per_s), number(other.room), watts(other),
            racks(other),
        ]
        for other in beside(c)
    ]  # fmt: skip


def caption(c: Copy) -> str:
    return _(
        "{model}, {users} users of {tokens} tokens, {split}, on as few chips as hold it; of GPUs and TPUs "
        "at least eight. Unknown: not published. All times are the least that reading and hops allow."
    ).format(
        model=c.model, users=number(c.users), tokens=number(c.context), split=split_name(c.split)
    )
