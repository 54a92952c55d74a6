"""Lesson 10: its questions, its worked numbers, published trainings, its verdict and what came of the news."""

from html import escape

from anuman import catalog, physics
from anuman.physics import conditions
from anuman.scenes.training_cluster import (
    CHIP,
    DAY,
    HOUR,
    WARMING_K,
    Cluster,
    told_gpus,
)  # fmt: skip
from anuman.widgets import Question, _, number, si, table, verdict_card
from anuman.widgets.kit.figure import Figure, folded
from anuman.widgets.kit.words import percent
from anuman.widgets.training_cluster.cluster_words import days, duration, span

RESTARTS_S = (0.0, 300.0)
CHECKPOINTS_S = (10.0, 30.0, 60.0, 120.0)
MONTH = 30  # days
FULL = 1.0  # a goodput without failures
BILLION, TRILLION = 1e9, 1e12


def _figure(claim: str, name: str) -> float:
    return catalog.claim(claim).figures[name].value


def _said(name: str) -> float:
    return catalog.statement(name).value


def _peak() -> float:
    return catalog.chip(CHIP).peak("bf16")


def questions() -> list[Question]:
    """The four predictions, with truths computed when they are revealed."""
    few, many = told_gpus()
    c = Cluster()
    mfu = _figure("S4.2", "mfu")
    names = {
        "few": number(few), "many": number(many), "chip": CHIP, "mfu": percent(mfu),
        "cost": si(c.checkpoint_s, "s"), "failures": number(_said("llama-3-failures")),
        "days": number(_said("llama-3-failure-days")), "gpus": number(round(_said("llama-3-failure-gpus"))),
        "power": si(catalog.chip(CHIP).power, "W"), "tokens": number(c.tokens / TRILLION),
    }  # fmt: skip
    return [
        Question(
            "days",
            _(
                "Llama 3.1 405B was trained on about {tokens} trillion tokens. On {few} {chip} that reach {mfu} of "
                "their peak, and if nothing fails: how many days?"
            ).format(**names),
            _("days"),
            lambda: c.days(few, mfu, FULL),
        ),
        Question(
            "failure",
            _(
                "In that training Meta counted {failures} unexpected stops in {days} days on {gpus} GPUs. "
                "How many minutes would {many} such GPUs run between two stops?"
            ).format(**names),
            _("minutes"),
            lambda: c.mtbf(many) / 60,
        ),
        Question(
            "speedup",
            _(
                "A checkpoint takes {cost}, and each cluster saves as often as is best for it. How many times "
                "as fast as {few} GPUs are {many}? Leave out the time that a restart takes."
            ).format(**names),
            "×",
            lambda: many * c.goodput(many) / (few * c.goodput(few)),
        ),
        Question(
            "watts",
            _(
                "One {chip} card draws {power} at most. In 2026 a site of this kind was reported with its GPUs "
                "and its megawatts. How many watts of the whole site fell on one GPU?"
            ).format(**names),
            "W",
            lambda: _said("colossus-2026-power") / _said("colossus-2026-gpus"),
        ),
    ]


def worked_days():
    """Table of one training on several numbers of GPUs: days move, the product stays."""
    c = Cluster()
    rows = []
    for gpus in (round(_said("llama-3-failure-gpus")), *told_gpus()):
        pair = (c.days(gpus, c.mfu_high, FULL), c.days(gpus, c.mfu_low, FULL))
        rows.append((number(gpus), span(pair), span(tuple(gpus * each for each in pair))))
    return table(
        [_("GPUs"), _("days, if nothing fails"), _("GPU-days")],
        rows,
        caption=_("{flops} FLOP on {chip}, at {low} to {high} of the peak of {peak}").format(
            flops=number(c.flops),
            chip=CHIP,
            low=percent(c.mfu_low),
            high=percent(c.mfu_high),
            peak=si(_peak(), "FLOP/s"),
        ),
    )


def worked_failures():
    """Table of growing clusters: failures, Young's interval, what is lost, and what more GPUs bring."""
    rows = []
    for gpus in (round(_said("llama-3-failure-gpus")), *told_gpus(), 5 * told_gpus()[1]):
        c = Cluster(gpus=gpus)
        shares = c.shares
        with_restart = Cluster(gpus=gpus, restart_s=RESTARTS_S[1])
        rows.append(
            (
                number(gpus), duration(c.mtbf(gpus)), duration(c.interval(gpus)), percent(shares.saving),
                percent(shares.repeated), percent(shares.useful), percent(with_restart.goodput(gpus)),
                number(round(gpus * shares.useful)),
            )
        )  # fmt: skip
    return table(
        [
            _("GPUs"), _("a failure every"), _("checkpoint after"), _("time for checkpoints"),
            _("work lost"), _("goodput"), _("goodput, five minutes a restart"), _("worth so many that never fail"),
        ],
        rows,
        caption=_("Failures as Meta counted them, a checkpoint of {cost}").format(
            cost=si(Cluster().checkpoint_s, "s")
        ),
    )  # fmt: skip


def worked_ranges():
    """Table of what may have been trained: tokens for chips and days, where size and share of the peak are unknown."""
    c = Cluster()
    sizes = (catalog.model("Grok-1").params_active, c.params)
    rows = []
    for gpus in told_gpus():
        for length in (MONTH, 3 * MONTH):
            budget = gpus * _peak() * length * DAY
            tokens = physics.tokens_trainable(gpus, length, _peak(), (c.mfu_low, c.mfu_high), sizes)
            rows.append(
                (
                    number(gpus), number(length),
                    _("{range} FLOP").format(range=span((budget * c.mfu_low, budget * c.mfu_high))),
                    span(tuple(each / TRILLION for each in tokens)), number(tokens[1] / tokens[0]),
                )
            )  # fmt: skip
    return table(
        [_("GPUs"), _("days"), _("arithmetic"), _("tokens, in trillions"), _("highest over lowest")],
        rows,
        caption=_(
            "{low} to {high} of the peak of {chip}, {peak}; {small} to {large} billion weights a token, as in Grok-1 and Llama 3.1 405B"
        ).format(
            low=percent(c.mfu_low), high=percent(c.mfu_high), small=number(sizes[0] / BILLION), large=number(sizes[1] / BILLION),
            peak=si(_peak(), "FLOP/s"), chip=CHIP,
        ),
    )  # fmt: skip


def worked_site():
    """Table of power, racks and cooling for both numbers of GPUs."""
    rows = []
    for gpus in told_gpus():
        c = Cluster(gpus=gpus)
        litres = tuple(1000 * flow for flow in c.water_m3_s)
        rows.append(
            (
                number(gpus), si(gpus * catalog.chip(CHIP).power, "W"), span(c.server_watts, "W"),
                span(c.site_watts, "W"), number(c.racks), span(litres),
            )
        )  # fmt: skip
    return table(
        [
            _("GPUs"), _("cards alone"), _("servers"), _("whole site"), _("racks"),
            _("litres of water a second"),
        ],
        rows,
        caption=_(
            "Servers draw {a} to {b} times their cards, a site {c} to {d} times its servers: the lowest and "
            "the highest published factors. Water is warmed by {kelvin} K."
        ).format(
            a=number(_figure("S4.9", "server_low")), b=number(_figure("S4.9", "server_high")),
            c=number(_figure("S4.9", "site_low_factor")), d=number(_figure("S4.9", "site_high_factor")),
            kelvin=number(WARMING_K),
        ),
    )  # fmt: skip


def worked_rack():
    """Table of one rack: its heat, and the water or the air that carries it off."""
    cards = _figure("S4.13", "gpus_rack") * catalog.chip(CHIP).power
    rows = []
    for end in ("low", "high"):
        heat = cards * _figure("S4.13", f"server_{end}")
        water, air = (physics.coolant_flow(heat, WARMING_K, medium) for medium in ("water", "air"))
        rows.append((si(heat, "W"), number(1000 * water), number(1000 * air), number(air / water)))
    return table(
        [_("heat of a rack"), _("litres of water a second"), _("litres of air a second"), _("air over water")],
        rows,
        caption=_(
            "{gpus} GPUs in a rack, as Supermicro built it; the coolant is warmed by {kelvin} K. For water c is "
            "{water_c} J/(kg K) and ρ {water_rho} kg/m³, for air {air_c} and {air_rho}."
        ).format(
            gpus=number(round(_figure("S4.13", "gpus_rack"))), kelvin=number(WARMING_K),
            **{
                f"{medium}_{name}": number(value, 4)
                for medium, values in physics.COOLANTS.items()
                for name, value in zip(("c", "rho"), values, strict=True)
            },
        ),
    )  # fmt: skip


def published_hours():
    """Table of published GPU-hours, and the share of the peak that the bare arithmetic makes of them."""
    rows = []
    for row in catalog.measurements(metric="gpu_hours"):
        chip, model = catalog.chip(row.chip), catalog.model(row.model)
        tokens = conditions.read(row).training_tokens
        needed = physics.training_flops(model.params_active, tokens)
        rows.append(
            (model.params_active, row.model, row.chip, tokens, row.value,
             needed / (row.value * HOUR * chip.peak(chip.peak16)))
        )  # fmt: skip
    rows.sort()
    return table(
        [
            _("model"), _("chip"), _("weights a token, in billions"), _("tokens, in trillions"), _("GPU-hours published"),
            _("share of the peak, all hours counted"),
        ],
        [
            (name, chip, number(n / BILLION), number(tokens / TRILLION), number(float(hours)), percent(share))
            for n, name, chip, tokens, hours, share in rows
        ],
        caption=_("From model cards; the peak is the dense 16-bit one, also where the training used 8 bits"),
    )  # fmt: skip


def published_goodput():
    """Table of the goodput that the law gives Meta's cluster, beside what Meta published."""
    gpus = round(_said("llama-3-failure-gpus"))
    published = _("more than {share}").format(share=percent(_said("llama-3-effective-time") / 100))
    rows = []
    for cost in CHECKPOINTS_S:
        found = [
            Cluster(gpus=gpus, checkpoint_s=cost, restart_s=restart).goodput(gpus)
            for restart in RESTARTS_S
        ]
        rows.append((si(cost, "s"), *map(percent, found), published))
    return table(
        [
            _("a checkpoint takes"), _("by the law, restarts at once"),
            _("by the law, five minutes a restart"), _("published"),
        ],
        rows,
        caption=_("{gpus} GPUs, a failure every {mtbf}").format(
            gpus=number(gpus), mtbf=duration(Cluster().mtbf(gpus))
        ),
    )  # fmt: skip


def verdict():
    """The card that judges claim S4.12: what 20,000 and 100,000 GPUs do in a month, and at what price."""
    few, many = (Cluster(gpus=gpus) for gpus in told_gpus())
    hours = _figure("S4.12", "hours")

    def row(name: str, say) -> tuple[str, str, str]:
        return name, say(few), say(many)

    def month(c: Cluster) -> str:
        budget = c.gpus * _peak() * MONTH * DAY
        return _("{range} FLOP").format(range=span((budget * c.mfu_low, budget * c.mfu_high)))

    rows = [
        row(_("arithmetic of {days} days").format(days=number(MONTH)), month),
        row(_("a training like Llama 3.1 405B, failures counted"), days),
        row(_("a failure every"), lambda c: duration(c.mtbf(c.gpus))),
        row(_("goodput"), lambda c: percent(c.goodput(c.gpus))),
        row(_("power of the site"), lambda c: span(c.site_watts, "W")),
        row(_("days for the GPU-hours reported later"), lambda c: number(hours / c.gpus * HOUR / DAY)),
    ]  # fmt: skip
    head = ["", *(_("{gpus} GPUs").format(gpus=number(c.gpus)) for c in (few, many))]
    return verdict_card("004", "S4.12", head, rows)


def agreeing():
    """Reports, and folded below them a table: what two values make of the third, and what was said of it."""
    few, many = told_gpus()
    hours, times = _figure("S4.12", "hours"), _said("grok-3-times-grok-2")
    later = round(_figure("S4.1", "gpus_grok2_later"))
    card = catalog.chip("GB300").power
    gpus2, claimed, seen = (
        _said(f"colossus-2-{name}") for name in ("gpus", "power-claimed", "cooling-seen")
    )

    def took(gpu_hours: float, gpus: int) -> str:
        return _("{days} days").format(days=number(gpu_hours / gpus * HOUR / DAY))

    rows = [
        (
            _("Grok 3 took more than {hours} GPU-hours, on {gpus} GPUs").format(hours=number(round(hours)), gpus=number(many)),
            took(hours, many), _("running since September 2024, released in February 2025"), _("they agree"),
        ),
        (
            _("Grok 3 had {times} times the compute of Grok 2, and that had {gpus} GPUs").format(times=number(round(times)), gpus=number(few)),
            took(hours / times, few), _("days never published"), _("nobody can say"),
        ),
        (
            _("Grok 3 had {times} times the compute of Grok 2, and that had {gpus} GPUs").format(times=number(round(times)), gpus=number(later)),
            took(hours / times, later), _("days never published"), _("nobody can say"),
        ),
        (
            _("Of Colossus 2 its owner said: {watts} runs {gpus} GPUs").format(watts=si(claimed, "W"), gpus=number(round(gpus2))),
            _("{watts} each").format(watts=si(claimed / gpus2, "W")),
            _("up to {watts} for the card alone").format(watts=si(card, "W")), _("they agree"),
        ),
        (
            _("The same site in the same month, from a satellite: cooling for {watts}").format(watts=si(seen, "W")),
            _("{watts} each").format(watts=si(seen / gpus2, "W")),
            _("up to {watts} for the card alone").format(watts=si(card, "W")), _("not if all of them ran"),
        ),
        (
            _("Colossus 1 drew more than {watts} for {gpus} GPUs").format(
                watts=si(_said("colossus-2026-power"), "W"), gpus=number(round(_said("colossus-2026-gpus")))
            ),
            _("{watts} each").format(watts=si(_said("colossus-2026-power") / _said("colossus-2026-gpus"), "W")),
            _("up to {watts} for the card of an H100").format(watts=si(catalog.chip(CHIP).power, "W")),
            _("they agree"),
        ),
    ]  # fmt: skip
    judged = table(
        [_("reported"), _("so"), _("beside it"), _("do they agree?")],
        rows,
        caption=_("Every number from the press, none of them measured by us"),
    )
    reports = "".join(f"<li>{escape(report)}</li>" for report, *_sum in rows)
    return Figure(f"<ul>{reports}</ul>" + folded(_("Open the sums"), judged.html), judged.words)
