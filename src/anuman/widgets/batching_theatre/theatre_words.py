"""What the batching theatre says in words and numbers: summary, failure states, cards, formula, rows."""

from anuman.language import _, number
from anuman.scenes.theatre import PROMPT, Scene, Stage

from ..kit.words import percent


def name(scene: Scene) -> str:
    """The policy's name for people."""
    return {"static": _("Static batching"), "continuous": _("Continuous batching")}[scene.name]


def problems(stage: Stage) -> list[str]:
    """Named failure states: a request that no policy can serve, memory that binds before the slots."""
    if stage.problem:
        longest = stage.setting.kv_capacity - PROMPT
        return [
            _(
                "Does not fit: an answer is longer than the KV memory allows ({kv} tokens, of which "
                "{prompt} are for the prompt and {rest} remain). Give more memory or shorter answers."
            ).format(
                kv=number(stage.setting.kv_capacity), prompt=PROMPT, rest=number(max(0, longest))
            )
        ]
    continuous = stage.scenes[1].run
    if continuous.totals.no_room_s > continuous.totals.no_slot_s:
        return [
            _(
                "The KV memory is the limit: requests wait while slots are free, because {kv} tokens "
                "are not enough for {slots} requests."
            ).format(kv=number(stage.setting.kv_capacity), slots=number(stage.setting.slots))
        ]
    return []


def summary(stage: Stage, now: float) -> str:
    """The present state in a few sentences."""
    if not stage.scenes:
        return " ".join(problems(stage))
    said = [_("Step {now}.").format(now=number(now))]
    for scene in stage.scenes:
        said.append(
            _("{policy}: {done} of {all} requests done, {tokens} tokens, {waiting} waiting.").format(
                policy=name(scene), done=number(scene.finished(now)), all=number(len(scene.run)),
                tokens=number(scene.tokens(now)), waiting=number(len(scene.waiting(now))),
            )
        )  # fmt: skip
    return " ".join([*said, *problems(stage)])


def facts(stage: Stage, now: float) -> list[tuple[str, str, str]]:
    """The three number cards."""
    static, continuous = stage.scenes
    used, taken = static.slot_steps(now)
    waste = 1 - used / taken if taken else 0.0
    mean = [sum(s.latency_s for s in scene.run) / len(scene.run) for scene in stage.scenes]
    over = now >= stage.end  # before the end the result stays untold
    return [
        (
            _("Tokens written by step {now}").format(now=number(now)),
            f"{number(static.tokens(now))} : {number(continuous.tokens(now))}",
            _("static : continuous"),
        ),
        (
            _("Slot steps that static batching wasted so far"),
            percent(waste),
            _("rows of finished answers, kept until their batch ended"),
        ),
        (
            _("Mean time in the system, at the end"),
            f"{number(mean[0])} : {number(mean[1])}" if over else "–",
            _("steps, static : continuous"),
        ),
    ]


def formula(stage: Stage, now: float) -> str:
    """How many times as long static batching takes, with the values once they are known."""
    if now < stage.end:
        return _("gain = steps(static) / steps(continuous)")
    static, continuous = stage.scenes
    return _("gain = steps(static) / steps(continuous) = {a} / {b} = {gain}").format(
        a=number(static.steps), b=number(continuous.steps), gain=number(stage.gain)
    )


def head() -> list[str]:
    """The table's columns."""
    return [
        _("request"),
        _("answer, tokens"),
        _("arrives"),
        _("static: starts"),
        _("static: done"),
        _("continuous: starts"),
        _("continuous: done"),
    ]


def rows(stage: Stage) -> list[tuple[str, ...]]:
    """Every request's way through both policies, in steps."""
    static, continuous = stage.scenes
    return [
        (
            number(one.id + 1), number(one.output_tokens), number(one.arrival_s),
            number(one.admitted_s), number(one.finish_s),
            number(other.admitted_s), number(other.finish_s),
        )
        for one, other in zip(static.run, continuous.run, strict=True)
    ]  # fmt: skip
