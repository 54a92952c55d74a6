"""Lesson 06: its questions, its worked numbers and its verdict."""

from dataclasses import replace
from functools import cache

from anuman import catalog, serving
from anuman.scenes.load_curves import (
    SHARES,
    WARM_UP,
    Curve,
    LoadSetting,
    Point,
    capacity,
    cases,
    curve,
    deployment,
)  # fmt: skip
from anuman.serving.percentiles import percentile
from anuman.widgets import Question, _, number, si, table, verdict_card
from anuman.widgets.kit.words import percent

REQUESTS = 3000  # at each rate
HALF, AT_LIMIT, BEYOND = 50, 100, 110  # per cent of what the formula says is possible
SHOWN = (10, 30, 50, 70, 90, 100, 110, 130)
GROUPS = (30, 100, 1000)  # samples from which a percentile is taken
MANY = 10_000
CHUNKS = (128, 256, 512, 1024, 2048, 8192)
CHUNK_SHARE = 0.4


@cache
def _curve() -> Curve:
    return curve(LoadSetting(), REQUESTS)


def _at(share: int) -> Point:
    return _curve().points[SHARES.index(share)]


def questions() -> list[Question]:
    """The four predictions, with truths computed when they are revealed."""
    s, half, full = LoadSetting(), _at(HALF), _at(AT_LIMIT)
    names = {
        "model": s.model, "chip": s.chip, "input": number(s.input), "output": number(s.output),
        "rate": number(half.rate), "latency": si(half.latency_s, "s"), "median": si(half.ttft_p50_s, "s"),
        "limit": number(full.rate), "more": number(_at(BEYOND).rate), "ttft": si(s.ttft_slo_s, "s"),
        "tpot": si(s.tpot_slo_s, "s"), "cliff": number(_curve().cliff.rate),
        "before": si(full.ttft_p50_s, "s"),
    }  # fmt: skip
    return [
        Question(
            "inside",
            _(
                "{model} on one {chip}, prompts of {input} and answers of {output} tokens on average. "
                "{rate} requests arrive a second, and each stays {latency}, on average. How many are "
                "inside at once?"
            ).format(**names),
            _("requests"),
            lambda: half.rate * half.latency_s,
        ),
        Question(
            "tail",
            _(
                "At that rate half of the users have their first token within {median}. One in a hundred "
                "waits longer than p99. How many times as long as the median is that?"
            ).format(**names),
            "×",
            lambda: half.ttft_p99_s / half.ttft_p50_s,
        ),
        Question(
            "cliff",
            _(
                "With {limit} requests a second the median wait for the first token is {before}. Now "
                "{more} arrive, a tenth more. How many times as long is the median wait?"
            ).format(**names),
            "×",
            lambda: _at(BEYOND).ttft_p50_s / full.ttft_p50_s,
        ),
        Question(
            "idle",
            _(
                "Promised are a first token within {ttft} and {tpot} per token. At {cliff} requests a "
                "second the server breaks a promise. Which share of the chip's peak arithmetic do all "
                "the tokens need there?"
            ).format(**names),
            "%",
            lambda: 100 * _curve().cliff.work,
        ),
    ]


def worked_load():
    """Table of growing load on one chip: Little's law, what is used, what users wait, what they wait for."""
    limits = {"kv": _("KV memory"), "slots": _("slots"), "batch": _("batch"), "none": _("nothing")}
    rows = [
        (
            number(p.rate), si(p.latency_s, "s"), number(p.inside), percent(p.work), percent(p.kv),
            si(p.ttft_p50_s, "s"), si(p.ttft_p99_s, "s"), limits[p.limit],
        )
        for p in map(_at, SHOWN)
    ]  # fmt: skip
    s = LoadSetting()
    return table(
        [
            _("requests/s"), _("mean latency"), _("inside, on average"), _("arithmetic used"),
            _("KV memory held"), _("TTFT p50"), _("TTFT p99"), _("the line waits for"),
        ],
        rows,
        caption=_(
            "{model} on one {chip}, continuous batching, simulated with {count} requests at each rate; "
            "prompts of {input}, answers of {output} tokens on average."
        ).format(
            model=s.model, chip=s.chip, count=number(REQUESTS), input=number(s.input),
            output=number(s.output),
        ),
    )  # fmt: skip


def worked_percentiles():
    """Table of percentiles from few and from many samples of one and the same server."""
    case = cases(LoadSetting(), MANY)[SHARES.index(HALF)]
    requests = serving.poisson(
        case.rate, case.count, serving.lengths(case.input), serving.lengths(case.output), case.seed
    )
    run = serving.simulate(
        requests, case.policy, case.step_time, case.slots, case.kv_capacity, trace=False
    )
    every = [served.ttft_s for served in run]
    rows = []
    for size in GROUPS:
        groups = [every[at : at + size] for at in range(0, len(every) - size + 1, size)]
        row = [number(size), number(size * 0.01)]
        for p in (50, 99):
            found = sorted(percentile(group, p) for group in groups)
            row.append(_("{low} to {high}").format(low=si(found[0], "s"), high=si(found[-1], "s")))
        rows.append(row)
    rows.append(
        [number(MANY), number(MANY * 0.01), si(percentile(every, 50), "s"), si(percentile(every, 99), "s")]
    )  # fmt: skip
    return table(
        [_("samples"), _("of them beyond p99"), _("p50 of the TTFT"), _("p99 of the TTFT")],
        rows,
        caption=_(
            "One server, {rate} requests/s, {count} requests in all, cut into benchmarks of so many samples "
            "each: the smallest and the largest value that such a benchmark would have printed."
        ).format(rate=number(case.rate), count=number(MANY)),
    )  # fmt: skip


def worked_chunks():
    """Table of chunk sizes: what they do to the first token, and to the gaps between the others."""
    s = LoadSetting()
    made, rate = deployment(s), CHUNK_SHARE * capacity(s)
    requests = serving.poisson(
        rate, 800, serving.geometric(s.input), serving.geometric(s.output), 1
    )
    rows = []
    for budget in CHUNKS:
        run = serving.simulate(
            requests,
            serving.Chunked(budget=budget),
            made,
            made.engine.max_batch,
            int(made.kv_capacity),
        )
        found = serving.metrics(run, warm_up=WARM_UP)
        rows.append(
            (
                number(budget),
                *(si(found[f"{name}_s"], "s") for name in ("ttft_p50", "ttft_p99", "itl_p50", "itl_p99")),
            )
        )  # fmt: skip
    return table(
        [_("most tokens a step"), _("TTFT p50"), _("TTFT p99"), _("gap p50"), _("gap p99")],
        rows,
        caption=_(
            "{model} on one {chip}, {rate} requests/s: prompts in chunks, so that prompts and answers "
            "together fill a step with at most so many tokens. Gap: time between two tokens."
        ).format(model=s.model, chip=s.chip, rate=number(rate)),
    )  # fmt: skip


def _served(setting: LoadSetting, rate: float) -> dict:
    return serving.run_case(replace(cases(setting, REQUESTS)[0], rate=rate))


def verdict():
    """The card that judges claim S3.13: one answer's time by load, by chip and by length."""
    s = LoadSetting()
    length = round(catalog.claim("S3.13").figures["answer"].value)
    limit = capacity(s)

    def row(label: str, setting: LoadSetting, share: float, tokens: int) -> tuple[str, ...]:
        found = _served(setting, share * limit)
        tpot = found["tpot_p50_s"]
        return (
            label, number(share * limit), si(found["ttft_p99_s"], "s"), si(tpot, "s"),
            si(found["ttft_p50_s"] + (tokens - 1) * tpot, "s"),
        )  # fmt: skip

    faster = replace(s, chip="H200")
    rows = [
        row(_("{chip}, quiet").format(chip=s.chip), s, 0.1, length),
        row(_("{chip}, half of its limit").format(chip=s.chip), s, 0.5, length),
        row(_("{chip}, at its limit").format(chip=s.chip), s, 1.0, length),
        row(_("{chip}, a tenth beyond").format(chip=s.chip), s, 1.1, length),
        row(_("{chip} instead, the same load").format(chip=faster.chip), faster, 1.1, length),
        row(_("{chip}, at its limit, half of the tokens").format(chip=s.chip), s, 1.0, length // 2),
    ]  # fmt: skip
    head = [
        _("server"), _("requests/s"), _("TTFT p99"), _("TPOT p50"),
        _("an answer of {tokens} tokens").format(tokens=number(length)),
    ]  # fmt: skip
    caption = _(
        "{model}, simulated; the limit is the {chip}'s. In the last row the answer has half of the tokens."
    ).format(model=s.model, chip=s.chip)
    return verdict_card("003", "S3.13", head, rows, caption)
