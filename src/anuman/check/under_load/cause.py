"""Where the time goes: a server's log, split into waiting for a place, for memory, prompts and writing."""

from collections.abc import Callable, Iterator

from ..draws import first, seeded
from ..labels import label
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

CAUSES = ("queue", "kv", "prefill", "decode")
SLOTS = 6


def _overlap(start: float, end: float, step: dict) -> float:
    return max(0.0, min(end, step["end_s"]) - max(start, step["start_s"]))


def _waiting(step: dict) -> str:
    return "kv" if step["waits_for"] == "memory" else "queue"


def _inside(step: dict) -> str:
    return "prefill" if step["prompt_tokens"] else "decode"


def _seconds(
    log: dict, waiting: Callable[[dict], str] = _waiting, inside: Callable[[dict], str] = _inside
) -> dict[str, float]:
    """Seconds of all requests together that each cause took."""
    seconds = dict.fromkeys(CAUSES, 0.0)
    for request in log["requests"]:
        for step in log["steps"]:
            seconds[waiting(step)] += _overlap(request["arrival_s"], request["admitted_s"], step)
            seconds[inside(step)] += _overlap(request["admitted_s"], request["finish_s"], step)
    return seconds


def _largest(seconds: dict[str, float], total: float | None = None) -> tuple[str, float]:
    cause = max(seconds, key=seconds.get)
    return cause, seconds[cause] / (sum(seconds.values()) if total is None else total)


def find_cause(log: dict) -> tuple[str, float]:
    """(what took most of the requests' time, its share of that time)."""
    return _largest(_seconds(log))


def _by_engine(log: dict) -> tuple[str, float]:
    """The engine's own seconds, not the requests'."""
    seconds = dict.fromkeys(CAUSES, 0.0)
    for step in log["steps"]:
        length = step["end_s"] - step["start_s"]
        seconds[_inside(step)] += length
        if step["waits_for"]:
            seconds[_waiting(step)] += length
    return _largest(seconds, sum(step["end_s"] - step["start_s"] for step in log["steps"]))


def _whole_of_the_log(log: dict) -> tuple[str, float]:
    seconds = _seconds(log)
    return _largest(seconds, log["steps"][-1]["end_s"])


def _by_steps(log: dict) -> tuple[str, float]:
    """Each step once: for what waits, or else for what it does."""
    seconds = dict.fromkeys(CAUSES, 0.0)
    for step in log["steps"]:
        cause = _waiting(step) if step["waits_for"] else _inside(step)
        seconds[cause] += step["end_s"] - step["start_s"]
    return _largest(seconds)


def _by_engine_alone(log: dict) -> tuple[str, float]:
    seconds = dict.fromkeys(("prefill", "decode"), 0.0)
    for step in log["steps"]:
        seconds[_inside(step)] += step["end_s"] - step["start_s"]
    return _largest(seconds)


def _clock_of_the_log(log: dict) -> tuple[str, float]:
    return _largest(_seconds(log), log["steps"][-1]["end_s"] - log["steps"][0]["start_s"])


def serve(draw, rate: float, slots: int, memory: int, prompt: int, answer: int) -> dict:
    """The log of a small made-up server, first come, first served, until 14 requests are done.

    A step reads one whole prompt (10 ms and 0.5 ms a token) or writes a token for everybody inside
    (30 ms). slots: most requests inside; memory: most tokens inside; prompt, answer: typical lengths.
    """
    now, coming = 0.0, []
    for _index in range(14):
        now += draw.expovariate(rate)
        coming.append(
            {
                "arrival_s": round(now, 3),
                "prompt": round(prompt * draw.uniform(0.7, 1.3)),
                "left": max(2, round(answer * draw.uniform(0.5, 1.5))),
            }
        )
    waiting, inside, unread, done, steps = coming[:], [], [], [], []
    now = coming[0]["arrival_s"]
    while waiting or inside:
        waits_for = ""
        while waiting and waiting[0]["arrival_s"] <= now and not waits_for:
            held = sum(one["prompt"] + one["whole"] for one in inside)
            if len(inside) == slots:
                waits_for = "slot"
            elif inside and held + waiting[0]["prompt"] + waiting[0]["left"] > memory:
                waits_for = "memory"
            else:
                one = waiting.pop(0)
                inside.append(one | {"admitted_s": now, "whole": one["left"]})
                unread.append(inside[-1])
        if not inside:
            now = waiting[0]["arrival_s"]
            continue
        start = now
        reading = unread.pop(0) if unread else None
        now = round(now + (0.01 + 0.0005 * reading["prompt"] if reading else 0.03), 4)
        writers = [reading] if reading else inside
        for one in writers:
            one["left"] -= 1
        for one in [one for one in inside if one["left"] == 0]:
            inside.remove(one)
            done.append(
                {name: one[name] for name in ("arrival_s", "admitted_s")} | {"finish_s": now}
            )
        steps.append(
            {
                "start_s": start,
                "end_s": now,
                "prompt_tokens": reading["prompt"] if reading else 0,
                "waits_for": waits_for,
            }
        )
    done.sort(key=lambda one: one["arrival_s"])
    return {"requests": done, "steps": steps}


# cause -> (requests a second, slots, memory in tokens, prompt, answer)
SERVERS = {
    "queue": (8.0, 2, 9000, 60, 20),
    "kv": (8.0, 9, 260, 90, 20),
    "prefill": (6.0, 14, 30_000, 900, 5),
    "decode": (3.0, 14, 9000, 30, 30),
}


def _logs(cause: str) -> Iterator[Case]:
    """Logs with this cause, clearly ahead of the others, in which the engine's own time names another or differs."""
    draw = seeded(f"06-under-load/find_cause {cause}")
    while True:
        log = serve(draw, *SERVERS[cause])
        seconds = sorted(_seconds(log).values())
        if find_cause(log)[0] == cause and seconds[-1] > 1.25 * seconds[-2]:
            yield (log,)


CASES = tuple(case for cause in CAUSES for case in first(2, _logs(cause)))

EXAMPLE = {
    "requests": [
        {"arrival_s": 0.0, "admitted_s": 0.0, "finish_s": 0.6},
        {"arrival_s": 0.0, "admitted_s": 0.6, "finish_s": 0.9},
    ],
    "steps": [
        {"start_s": 0.0, "end_s": 0.2, "prompt_tokens": 300, "waits_for": "slot"},
        {"start_s": 0.2, "end_s": 0.6, "prompt_tokens": 0, "waits_for": "slot"},
        {"start_s": 0.6, "end_s": 0.8, "prompt_tokens": 300, "waits_for": ""},
        {"start_s": 0.8, "end_s": 0.9, "prompt_tokens": 0, "waits_for": ""},
    ],
}

OF_THE_LOG = N_("The share is of the time of all requests together, not of the length of the log.")
FIVE_TIMES = N_(
    "The steps are added up, each once. A step in which five wait counts five times: add up the "
    "seconds of the requests."
)

FIND_CAUSE = Task(
    id="06-under-load/find_cause",
    function=find_cause,
    result=Result((label("cause", *CAUSES), number("share"))),
    examples=((EXAMPLE,),),
    parts=(
        Part("share", 1, CASES, fields=("share",)),
        Part("cause", 0.5, CASES, fields=("cause",), needs=("share",)),
    ),
    misconceptions=(
        Misconception(
            "the engine's time",
            _by_engine,
            N_(
                "These are the engine's seconds. Asked are the requests': a step in which five wait "
                "costs five times its length."
            ),
        ),
        Misconception(
            "share of the log",
            _whole_of_the_log,
            OF_THE_LOG,
        ),
        Misconception("share of the log's clock", _clock_of_the_log, OF_THE_LOG),
        Misconception("each step once", _by_steps, FIVE_TIMES),
        Misconception("what the engine does", _by_engine_alone, FIVE_TIMES),
        Misconception(
            "all waiting is queue",
            lambda log: _largest(_seconds(log, waiting=lambda step: "queue")),
            N_(
                "waits_for is not used: whoever waits for memory is held up by kv, not by the queue."
            ),
        ),
        Misconception(
            "prompts count as writing",
            lambda log: _largest(_seconds(log, inside=lambda step: "decode")),
            N_(
                "Steps that read a prompt (prompt_tokens above 0) count as prefill for everybody inside."
            ),
        ),
        Misconception(
            "waiting left out",
            lambda log: _largest(
                {c: s for c, s in _seconds(log).items() if c in ("prefill", "decode")}
            ),
            N_(
                "The time before admitted_s is left out: that is where the queue and the memory show."
            ),
        ),
        Misconception(
            "waiting goes to what the step does",
            lambda log: _largest(_seconds(log, waiting=_inside)),
            N_(
                "A request that waits outside is held up by what it waits for, whatever the step "
                "does meanwhile."
            ),
        ),
        Misconception(
            "seconds",
            lambda log: (find_cause(log)[0], max(_seconds(log).values())),
            N_("These are seconds: divide by the time of all requests together."),
        ),
    ),
)
