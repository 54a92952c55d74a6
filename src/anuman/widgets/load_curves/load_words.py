"""What the load curves say in words and numbers: summary, failure states, cards, rows."""

from anuman.language import _, number, si
from anuman.scenes.load_curves import Curve, Point

from ..kit.words import percent, policy_name


def cause(point: Point) -> str:
    """Why the server is slow at this point."""
    said = {
        "kv": _("the KV memory is full: requests wait for room although slots are free"),
        "batch": _(
            "the batch: whoever comes waits until it starts, and until the last one has ended"
        ),
        "compute": _("arithmetic: most of each step goes into the work that more requests bring"),
        "bandwidth": _("bandwidth: most of each step goes into reading weights and contexts"),
    }[point.cause]
    if point.limit == "slots":
        said += "; " + _("all slots are taken, so newcomers wait")
    return said


def state(curve: Curve, point: Point) -> str:
    """One of the named states of a point."""
    s = curve.setting
    if point.state == "overload":
        return _("Overload: the queue grows by {growth} requests a second.").format(
            growth=number(point.growth)
        )
    missed = []
    if point.ttft_p99_s > s.ttft_slo_s:
        missed.append(_("time to first token"))
    if point.tpot_p99_s > s.tpot_slo_s:
        missed.append(_("time per token"))
    if missed:
        return _("SLO missed at p99: {what}.").format(what=", ".join(missed))
    return _("Both promises hold for 99 of 100 requests.")


def problems(curve: Curve) -> list[str]:
    """Named failure states of the whole setting."""
    if curve.problem:
        return [_("No simulation is possible: {why}").format(why=curve.problem)]
    cliff = curve.cliff
    if cliff is curve.points[0]:
        return [
            _(
                "Even the lowest rate of the picture, {rate} requests/s, breaks a promise. {state}"
            ).format(rate=number(cliff.rate), state=state(curve, cliff))
        ]
    return []


def cliff(curve: Curve) -> str:
    """Where the cliff is and what causes it."""
    point = curve.cliff
    if point is None:
        return _("No cliff up to {rate} requests/s.").format(rate=number(curve.points[-1].rate))
    return _("Cliff at {rate} requests/s: {state} Cause: {cause}.").format(
        rate=number(point.rate), state=state(curve, point), cause=cause(point)
    )


def summary(curve: Curve, point: Point | None) -> str:
    """The present state in a few sentences."""
    if point is None:
        return " ".join(problems(curve))
    s = curve.setting
    said = _(
        "{model} on {chips} × {chip}, {policy}: at {rate} requests/s the time to first token is "
        "{ttft50} (p50) and {ttft99} (p99), the time per token {tpot50} and {tpot99}."
    ).format(
        model=s.model, chips=number(s.chips), chip=s.chip, policy=policy_name(s.policy),
        rate=number(point.rate), ttft50=si(point.ttft_p50_s, "s"), ttft99=si(point.ttft_p99_s, "s"),
        tpot50=si(point.tpot_p50_s, "s"), tpot99=si(point.tpot_p99_s, "s"),
    )  # fmt: skip
    return " ".join([said, state(curve, point), cliff(curve)])


def facts(curve: Curve, point: Point) -> list[tuple[str, str, str]]:
    """The three number cards."""
    best = curve.best
    return [
        (
            _("Time to first token at {rate} requests/s, p99").format(rate=number(point.rate)),
            si(point.ttft_p99_s, "s"),
            _("p50: {value}").format(value=si(point.ttft_p50_s, "s")),
        ),
        (
            _("Time per token, p99"),
            si(point.tpot_p99_s, "s"),
            _("p50: {value}").format(value=si(point.tpot_p50_s, "s")),
        ),
        (
            _("Goodput"),
            _("{value} requests/s").format(value=number(point.goodput)),
            _("{share} keep both promises; the best is {best} at {rate} requests/s").format(
                share=percent(point.held), best=number(best.goodput), rate=number(best.rate)
            ),
        ),
    ]


def head() -> list[str]:
    """The table's columns."""
    return [
        _("requests/s"), _("TTFT p50"), _("TTFT p99"), _("TPOT p50"), _("TPOT p99"),
        _("keep both promises"), _("goodput, requests/s"), _("state"), _("slow because of"),
    ]  # fmt: skip


def rows(curve: Curve) -> list[tuple[str, ...]]:
    """Every point."""
    words = {
        "kv": _("KV memory"), "batch": _("batch"), "compute": _("arithmetic"),
        "bandwidth": _("bandwidth"),
    }  # fmt: skip
    states = {"stable": _("stable"), "overload": _("overload"), "unknown": _("unknown")}
    return [
        (
            number(p.rate), si(p.ttft_p50_s, "s"), si(p.ttft_p99_s, "s"), si(p.tpot_p50_s, "s"),
            si(p.tpot_p99_s, "s"), percent(p.held), number(p.goodput), states[p.state],
            words[p.cause],
        )
        for p in curve.points
    ]  # fmt: skip


def basis(curve: Curve) -> str:
    """How the numbers were found."""
    return _(
        "{count} simulated requests at each rate, Poisson arrivals, lengths geometric around their "
        "means; the first quarter does not count, because the server is still filling up. What makes it "
        "slow: what the line waits for; where hardly anybody waits, what the steps spend more time on, "
        "reading weights and caches (bandwidth) or the work on the tokens (arithmetic). That work can take "
        "most of the time while half of the peak lies idle, since kernels reach only a part of the peak."
    ).format(count=number(curve.count))
