"""What the policy duel says in words and numbers: who wins, by how much, and why."""

from anuman.language import _, number, si
from anuman.scenes.duel import Duel, Side

from ..kit.words import percent, policy_name


def parts(side: Side) -> list[tuple[str, float]]:
    """The three parts of a request's mean time."""
    return [
        (_("waiting for a slot"), side.waiting_s),
        (_("until the first token"), side.prompt_s),
        (_("writing the answer"), side.answer_s),
    ]


def winner(duel: Duel) -> str:
    """Which policy has the lower mean latency, and by how much."""
    first = duel.sides[0]
    fast, slow = sorted(duel.sides, key=lambda side: side.latency_s)
    if slow.latency_s - fast.latency_s <= 0.005 * slow.latency_s:
        return _("A draw: both take {value} on average.").format(value=si(first.latency_s, "s"))
    letter = "A" if fast is first else "B"
    return _("{letter}, {policy}, is {ratio} times as fast: {fast} against {slow} on average.").format(
        letter=letter, policy=policy_name(fast.policy), ratio=number(slow.latency_s / fast.latency_s),
        fast=si(fast.latency_s, "s"), slow=si(slow.latency_s, "s"),
    )  # fmt: skip


def explanation(duel: Duel) -> list[str]:
    """Where the difference comes from: the parts, the losers, the mechanism."""
    first, second = duel.sides
    said = []
    changes = [
        (name, b - a) for (name, a), (_name, b) in zip(parts(first), parts(second), strict=True)
    ]
    changes.sort(key=lambda change: -abs(change[1]))
    for name, change in changes:
        if abs(change) > 0.02 * max(first.latency_s, second.latency_s):
            words = (
                _("{part}: B takes {value} less.")
                if change < 0
                else _("{part}: B takes {value} more.")
            )
            said.append(words.format(part=name, value=si(abs(change), "s")))
    better = sum(b < a * (1 - 1e-9) for a, b in duel.pairs)
    worse = sum(b > a * (1 + 1e-9) for a, b in duel.pairs)
    said.append(
        _("{better} of {all} requests are faster with B, {worse} slower.").format(
            better=number(better), all=number(len(duel.pairs)), worse=number(worse)
        )
    )
    for letter, side in zip("AB", duel.sides, strict=True):
        said += [f"{letter}: {reason}" for reason in mechanisms(side)]
    return said


def mechanisms(side: Side) -> list[str]:
    """What the run itself shows of the policy's way of working."""
    found, said = side.found, []
    if found["slot_waste_share"] > 0.02:
        said.append(
            _("{share} of its rows were kept for answers that were done.").format(
                share=percent(found["slot_waste_share"])
            )
        )
    if found["itl_p99_s"] and found["itl_p99_s"] > 2 * found["itl_p50_s"]:
        said.append(
            _(
                "one gap between tokens in a hundred is {p99}, against {p50} in the middle: prompts."
            ).format(p99=si(found["itl_p99_s"], "s"), p50=si(found["itl_p50_s"], "s"))
        )
    if found["preemptions"]:
        said.append(
            _("{count} times a request was sent back because memory ran out.").format(
                count=number(found["preemptions"])
            )
        )
    if found["load_state"] == "overload":
        said.append(
            _("overload: the queue grows by {growth} requests a second.").format(
                growth=number(found["queue_growth_req_per_s"])
            )
        )
    return said


def problems(duel: Duel) -> list[str]:
    """Named failure states."""
    if duel.problem:
        return [_("No simulation is possible: {why}").format(why=duel.problem)]
    return [
        _("{letter}, {policy}: overload, the queue grows by {growth} requests a second.").format(
            letter=letter, policy=policy_name(side.policy),
            growth=number(side.found["queue_growth_req_per_s"]),
        )
        for letter, side in zip("AB", duel.sides, strict=True)
        if side.found["load_state"] == "overload"
    ]  # fmt: skip


def summary(duel: Duel) -> str:
    """Everything in a few sentences."""
    if not duel.sides:
        return " ".join(problems(duel))
    return " ".join([winner(duel), *explanation(duel)])


def facts(duel: Duel) -> list[tuple[str, str, str]]:
    """The three number cards."""
    first, second = (side.found for side in duel.sides)
    both = _("A : B")
    return [
        (
            _("Time to first token, p99"),
            f"{si(first['ttft_p99_s'], 's')} : {si(second['ttft_p99_s'], 's')}",
            both,
        ),
        (
            _("Gap between tokens, p99"),
            f"{si(first['itl_p99_s'], 's')} : {si(second['itl_p99_s'], 's')}",
            both,
        ),
        (
            _("Answer tokens a second"),
            f"{number(first['throughput_tok_per_s'])} : {number(second['throughput_tok_per_s'])}",
            both,
        ),
    ]


def rows(duel: Duel) -> list[tuple[str, ...]]:
    """Every metric of both sides."""
    shown = (
        (_("time to first token, p50"), "ttft_p50_s", "s"),
        (_("time to first token, p99"), "ttft_p99_s", "s"),
        (_("time per further token, p50"), "tpot_p50_s", "s"),
        (_("time per further token, p99"), "tpot_p99_s", "s"),
        (_("gap between tokens, p99"), "itl_p99_s", "s"),
        (_("whole answer, mean"), "latency_mean_s", "s"),
        (_("whole answer, p99"), "latency_p99_s", "s"),
        (_("answer tokens a second"), "throughput_tok_per_s", ""),
        (_("goodput, requests/s"), "goodput_req_per_s", ""),
        (_("rows kept for finished answers"), "slot_waste_share", "%"),
        (_("KV memory at its fullest"), "kv_peak_share", "%"),
        (_("longest waiting line"), "queue_max_requests", ""),
    )
    made = [
        (label, *(_written(side.found[key], unit) for side in duel.sides))
        for label, key, unit in shown
    ]
    for (label, a), (_label, b) in zip(*(parts(side) for side in duel.sides), strict=True):
        made.append((_("mean: {part}").format(part=label), si(a, "s"), si(b, "s")))
    return made


def _written(value: float | None, unit: str) -> str:
    if unit == "%":
        return percent(value)
    return si(value, unit) if unit else number(value)


def head(duel: Duel) -> list[str]:
    """The table's columns."""
    names = [f"{x}: {policy_name(side.policy)}" for x, side in zip("AB", duel.sides, strict=True)]
    return [_("quantity"), *names]
