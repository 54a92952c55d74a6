"""What the timeline says in words and numbers: summary, failure states, cards, formula, rows."""

from collections.abc import Sequence

from anuman.language import _, ended, number, si
from anuman.scenes.timeline import Ride


def least(r: Ride) -> str:
    """The sign before times that are lower bounds: the chip's peak is not published."""
    return "" if r.peak_known else "≥ "


def about(r: Ride) -> str:
    """The sign before times that rest on assumed efficiencies."""
    return "" if r.timed else "≈ "


def verdict(r: Ride) -> str:
    """Whether the answer comes in time, in words."""
    if not r.fits:
        return _("does not fit")
    return "✓ " + _("in time") if r.in_time else "✗ " + _("too late")


def lacking(r: Ride) -> str:
    """What would be needed and what there is, for a site that cannot hold the request."""
    return _("does not fit: needs {needed}, can use {usable}").format(
        needed=si(r.needed, "B"), usable=si(r.usable, "B")
    )


def pace(r: Ride) -> str:
    """The two times of a site in one line."""
    return _("first token {ttft}, then {tpot} a token").format(
        ttft=least(r) + si(r.ttft, "s"), tpot=si(r.tpot, "s")
    )


def summary(rides: Sequence[Ride]) -> str:
    """The present state in words, for ears and for pages without pictures."""
    r = rides[0].request
    said = [
        _("{model} reads {prompt} tokens and writes {answer}, wanted within {wanted}.").format(
            model=r.model, prompt=number(r.prompt), answer=number(r.answer),
            wanted=si(r.wanted_s, "s"),
        )
    ]  # fmt: skip
    for ride in rides:
        if ride.fits:
            fields = {"total": least(ride) + si(ride.total, "s"), "pace": pace(ride)}
            told = _("{pace}, all after {total}").format(**fields)
        else:
            told = lacking(ride)
        said.append(ended(f"{ride.site.name}: {told}"))
    return " ".join(said)


def problems(r: Ride) -> list[str]:
    """Named failure states of the chosen site: does not fit, or too late."""
    fields = {
        "site": r.site.name, "needed": si(r.needed, "B"), "usable": si(r.usable, "B"),
        "model": r.request.model, "wanted": si(r.request.wanted_s, "s"),
        "ttft": least(r) + si(r.ttft, "s"), "over": si(r.total - r.request.wanted_s, "s"),
    }  # fmt: skip
    if not r.fits:
        return [
            _(
                "Does not fit: {model} with this request needs {needed}, {site} can use {usable}. "
                "No time can be given."
            ).format(**fields)
        ]
    if r.ttft >= r.request.wanted_s:
        return [
            _(
                "Too late before it begins: on {site} the first token alone takes {ttft}, and all "
                "of them are wanted within {wanted}."
            ).format(**fields)
        ]
    if not r.in_time:
        return [
            _("Too late: on {site} the last token comes {over} after the limit.").format(**fields)
        ]
    return []


def facts(r: Ride) -> list[tuple[str, str, str]]:
    """The three number cards of the chosen site: label, number, what it means."""
    labels = _("TTFT: the first token"), _("TPOT: each further token"), _("The whole answer")
    if not r.fits:
        return [(label, "–", _("does not fit")) for label in labels]
    sign = about(r)
    read = _("the prompt of {prompt} tokens is read").format(prompt=number(r.request.prompt))
    if not r.peak_known:
        read = _("nobody has published this chip's FLOP/s: at least this long")
    speed = _("{speed} tokens a second").format(speed=number(1 / r.tpot))
    left = r.request.wanted_s - r.ttft
    need = ""
    if left > 0 and r.request.answer > 1:
        needed = number((r.request.answer - 1) / left)
        need = "; " + _("{needed} tokens a second would be in time").format(needed=needed)
    return [
        (labels[0], (least(r) or sign) + si(r.ttft, "s"), read),
        (labels[1], sign + si(r.tpot, "s"), speed),
        (labels[2], (least(r) or sign) + si(r.total, "s"), verdict(r) + need),
    ]


def formula(r: Ride) -> list[str]:
    """The law with the learner's own values, as lines of plain text."""
    lines = ["t = TTFT + (n − 1)·TPOT"]
    if r.fits:
        lines.append(f"= {si(r.ttft, 's')} + ({number(r.request.answer)} − 1) × {si(r.tpot, 's')}")
        lines.append(f"= {si(r.total, 's')}")
    return lines


def rows(rides: Sequence[Ride]) -> list[tuple[str, ...]]:
    """Every number of the picture, for the table."""
    return [
        (
            about(r) + r.site.listed,
            *(
                (least(r) + si(r.ttft, "s"), si(r.tpot, "s"), number(1 / r.tpot),
                 least(r) + si(r.total, "s"))
                if r.fits
                else ("–", "–", "–", "–")
            ),
            si(r.needed, "B"),
            si(r.usable, "B"),
            verdict(r),
        )
        for r in rides
    ]  # fmt: skip


def head() -> list[str]:
    """Names of the table's columns."""
    return [
        _("machine"), _("TTFT"), _("TPOT"), _("tokens/s"), _("whole answer"),
        _("memory needed"), _("memory that can be used"), _("verdict"),
    ]  # fmt: skip


def signs() -> str:
    """What the signs before numbers mean."""
    return _(
        "≈: nobody has published timings of this chip's kernels, so its efficiency is assumed. "
        "≥: its FLOP/s are not published either, so the time to read a prompt is a lower bound."
    )
