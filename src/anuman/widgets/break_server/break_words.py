"""What the eight faults are called, by what they are known, how they are repaired, and what that costs."""

from dataclasses import dataclass

from anuman.language import _, number, si
from anuman.scenes import faults
from anuman.scenes.faults import (
    CACHE,
    COLD,
    FEW,
    GENERATOR,
    LONG_PROMPTS,
    PREEMPTIONS,
    REPLICA,
    RETRIES,
    Patient,
    Readings,
)

from ..kit.words import percent


@dataclass(frozen=True)
class Said:
    """A fault in words. sign: what the figures would show; fix; cost: what the fix costs."""

    name: str
    sign: str
    fix: str
    cost: str


def said(fault: str) -> Said:
    """The words of a fault."""
    return {
        PREEMPTIONS: Said(
            _("Too little KV memory: requests throw each other out"),
            _("num_preemptions_total grows, and kv_cache_usage_perc is near 100 %."),
            _("Admit fewer at once (a lower --max-num-seqs), or give the cache more memory."),
            _("Fewer inside means that more wait at the door; more memory means another chip."),
        ),
        LONG_PROMPTS: Said(
            _("Long prompts, read whole, make everybody wait"),
            _(
                "p99 of inter_token_latency_seconds is long, p50 as ever, and there are more "
                "prompt_tokens_total for the same number of requests."
            ),
            _("Read prompts in chunks (chunked prefill)."),
            _("The long prompts themselves get their first token later."),
        ),
        GENERATOR: Said(
            _("The load generator is too slow: it waits for answers"),
            _(
                "The rate of request_success_total is below the planned rate, hardly anything waits, and "
                "num_requests_running never exceeds the generator's own users."
            ),
            _("Send at the planned times, whether answers have come or not (an open loop)."),
            _("None for the server; but now the benchmark shows the waits that users will have."),
        ),
        COLD: Said(
            _("A cold start: the server was not ready when the requests came"),
            _(
                "p99 of request_queue_time_seconds is many seconds long, its p50 is short, and all else is well."
            ),
            _("Keep the server warm, or send it nothing before it is ready."),
            _("A warm server that nobody uses costs as much as a busy one."),
        ),
        CACHE: Said(
            _("The prefix cache never hits"),
            _("prefix_cache_hits_total stays 0 although prefix_cache_queries_total grows."),
            _(
                "Put what changes (time, user's name) at the end of the prompt, so that its beginning is "
                "the same."
            ),
            _("Nothing but the work of writing the prompt anew."),
        ),
        REPLICA: Said(
            _("One replica is slow"),
            _("One replica has many times as many running as the others, for the same requests."),
            _("Take it out, and look for its fault (a hot chip, a slow link)."),
            _("The others carry its share: a quarter less room until it is back."),
        ),
        RETRIES: Said(
            _("Clients that retry too soon multiply the load"),
            _(
                "request_success_total is far above the number of users' requests: the same ones come again "
                "and again, and the line feeds itself."
            ),
            _("Let clients wait longer each time, and limit how often they try."),
            _("A user who gives up gets an error instead of an answer."),
        ),
        FEW: Said(
            _("Too few slots"),
            _(
                "num_requests_waiting is large although kv_cache_usage_perc is small, and "
                "num_requests_running is small and nearly the same at every replica."
            ),
            _("Allow more sequences at once (a higher --max-num-seqs)."),
            _("A fuller step takes longer: each token comes a little later."),
        ),
    }[fault]


def _value(name: str, readings: Readings) -> str:
    value = readings.values[name]
    if value is None:
        return "–"
    if "prefix_cache" in name and not readings.cached:
        return _("off")
    if "_seconds" in name:
        return si(value, "s")
    return percent(value) if name.endswith("_perc") else number(value)


def head(patient: Patient, solved: bool) -> list[str]:
    """The columns."""
    return [
        _("figure"), _("in good health"), _("this patient"), *([_("repaired")] if solved else []),
    ]  # fmt: skip


def rows(patient: Patient, solved: bool) -> list[list[str]]:
    """The dashboard, line by line."""
    columns = [patient.healthy, patient.ill, *([patient.repaired] if solved else [])]
    made = [
        [name, *(_value(name, readings) for readings in columns)] for name in patient.ill.values
    ]
    split = [" / ".join(number(round(n, 1)) for n in one.running) for one in columns]
    made.insert(3, [_("… of them at each replica"), *split])
    return made


def caption() -> str:
    """What is measured."""
    return _(
        "{replicas} replicas (equal servers that share the requests), {count} users' requests, {rate} a second planned; simulated. Counters end "
        "in _total, numbers of requests are averages over the run."
    ).format(
        replicas=number(faults.REPLICAS), count=number(faults.COUNT), rate=number(faults.RATE)
    )  # fmt: skip
