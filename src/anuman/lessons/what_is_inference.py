"""Lesson 01: its questions, its worked numbers, its measurement and its verdict."""

from html import escape

from anuman import catalog, claims, physics
from anuman.scenes.peak_shares import training_tokens
from anuman.widgets import (
    Figure,
    Question,
    _,
    language,
    number,
    scientific,
    si,
    table,
    verdict_card,
)
from anuman.widgets.crossover import crossover_words
from anuman.widgets.kit.figure import folded
from anuman.widgets.own_machine import measured_ratios

CHIP = "H100-SXM"
SMALL, LARGE = "Llama-3.1-8B", "Llama-3.1-70B"
TRAINED = (SMALL, LARGE, "GPT-3-175B", "DeepSeek-V3")
BF16 = 2  # bytes of a parameter
ARTICLE, CLAIM = "000", "S0.18"
BATCH = 8  # pieces of text read or learned from at once, on the learner's machine
POWERED_AS = "laptop-CPU"
LESS = 1000  # times fewer users than the service of the verdict


def questions() -> list[Question]:
    """The three predictions, with truths computed when they are revealed."""
    small, large = catalog.model(SMALL), catalog.model(LARGE)
    trained = training_tokens(SMALL)

    def day(model: catalog.Model) -> float:
        """Crossing in days at one served token a day: both sides counted with the model's own size."""
        training = physics.training_flops(model.params_active, trained)
        return training / physics.forward_flops(model.params_active, 1)

    return [
        Question(
            "tokens",
            _(
                "{model} learned from {trained} tokens. How many times as many tokens must it serve "
                "until inference has cost as much arithmetic as training?"
            ).format(model=SMALL, trained=scientific(trained)),
            "×",
            lambda: day(small) / trained,
        ),
        Question(
            "size",
            _(
                "{large} has {times} times the parameters of {small}; both learned from equally many "
                "tokens, and both serve equally many a day. How many times as long does it take {large} "
                "until inference has cost as much as training?"
            ).format(large=LARGE, small=SMALL, times=number(large.params / small.params, 2)),
            "×",
            lambda: day(large) / day(small),
        ),
        Question(
            "memory",
            _(
                "{model} serves with 2 bytes for each parameter (bf16). How many times as much memory "
                "do its parameters need while it learns?"
            ).format(model=SMALL),
            "×",
            lambda: (
                physics.training_state_bytes(small.params, weight=BF16)
                / physics.weight_bytes(small.params, BF16)
            ),
        ),
    ]


def worked() -> Figure:
    """Table of models whose training tokens are published: FLOPs of training, of a served token, crossing."""
    rows = []
    for name in TRAINED:
        model, tokens = catalog.model(name), training_tokens(name)
        rows.append(
            (
                name,
                scientific(model.params_active),
                scientific(model.params),
                scientific(tokens),
                scientific(physics.training_flops(model.params_active, tokens)),
                scientific(physics.forward_flops(model.params_active, 1)),
                scientific(physics.crossover_tokens(tokens)),
            )
        )
    head = [
        _("model"), _("active parameters"), _("all parameters"), _("training tokens D"),
        _("FLOPs of training"), _("FLOPs of a served token"), _("served tokens until equal"),
    ]  # fmt: skip
    return table(head, rows, _("Published training runs"))


def memory() -> Figure:
    """Table of what a parameter keeps, in training and in serving, and what that makes of one model."""
    model, capacity = catalog.model(SMALL), catalog.chip(CHIP).capacity
    nothing = {"grad": 0, "master": 0, "moments": 0}
    kinds = (
        (_("weight"), {"weight": BF16} | nothing, BF16),
        (_("gradient"), {"weight": BF16, "master": 0, "moments": 0}, 0),
        (_("master copy"), {"weight": BF16, "grad": 0, "moments": 0}, 0),
        (_("moments (two together)"), {"weight": BF16, "grad": 0, "master": 0}, 0),
    )
    rows, learning, serving = [], 0.0, 0.0
    for name, kept, served in kinds:
        each = physics.training_state_bytes(1, **kept) - (BF16 if name != kinds[0][0] else 0)
        learning, serving = learning + each, serving + served
        rows.append((name, number(int(each)), number(served)))
    rows.append((_("together"), number(int(learning)), number(int(serving))))
    total = [physics.weight_bytes(model.params, each) for each in (learning, serving)]
    rows.append((_("all parameters of {model}").format(model=SMALL), *(si(t, "B") for t in total)))
    chips = [number(physics.chips_needed(t, capacity)) for t in total]
    hold = _("chips {chip} of {memory} that hold them").format(chip=CHIP, memory=si(capacity, "B"))
    rows.append((hold, *chips))
    head = [_("bytes for each parameter"), _("while it learns"), _("while it serves")]
    return table(head, rows, _("Memory of the parameters"))


def _limit(work: catalog.Workload, field: str) -> float | None:
    found = work.quantities.get(field)
    return found.value if found else None


def deadlines() -> Figure:
    """Table of published limits by kind of work, and the decode steps that fit into the first of them."""
    chip, model = catalog.chip(CHIP), catalog.model(SMALL)
    peak = chip.peak(chip.peak16)
    step = physics.decode_step(
        n=model.params, batch=1, flops=peak, bandwidth=chip.bandwidth, bytes_per_weight=BF16
    ).seconds
    rows = []
    for name in catalog.workloads():
        work = catalog.workload(name)
        first, each, whole = (_limit(work, field) for field in ("ttft", "tpot", "deadline"))
        if whole is None and first is None:
            continue
        percentile = _limit(work, "percentile")
        rows.append(
            (
                work.label[language()],
                si(first, "s") if first else "–",
                si(each, "s") if each else "–",
                si(whole, "s") if whole else "–",
                f"{number(100 * percentile)} %" if percentile else "–",
                number(int(whole / step)) if whole else "–",
            )
        )
    head = [
        _("work"), _("first token within"), _("then a token every"), _("whole answer within"),
        _("requests that must keep it"), _("steps of {step} within the whole answer").format(step=si(step, "s")),
    ]  # fmt: skip
    sources = dict.fromkeys(
        q.source
        for name in catalog.workloads()
        for field, q in catalog.workload(name).quantities.items()
        if field in ("ttft", "tpot", "deadline")
    )
    notes = [f"{s.title}, {s.publisher}, {_(s.date)}, {s.url}" for s in sources]
    shown = table(head, rows, _("Published limits by kind of work"))
    below = "".join(f'<p class="quiet">{escape(note)}</p>' for note in notes)
    html = shown.html + folded(_("Sources"), below)
    return Figure(html, "\n".join([shown.words, *notes]))


def own_costs() -> Figure:
    """Measure learning from a piece of text beside reading it, on this computer, with the small model."""
    from anuman.lm import training_cost

    cost = training_cost.measure(batch=BATCH, rounds=3)
    watts = catalog.chip(POWERED_AS).power
    tokens = cost.batch * cost.context
    pairs = (
        (_("FLOPs, counted"), cost.step_flops, cost.forward_flops, "FLOP"),
        (_("time, measured"), cost.step_s, cost.forward_s, "s"),
        (_("energy, estimated"), watts * cost.step_s, watts * cost.forward_s, "J"),
        (_("bytes kept for all parameters"), cost.training_state, cost.serving_state, "B"),
        (_("memory at the fullest moment"), cost.training_peak, cost.serving_peak, "B"),
    )
    law = physics.training_flops(1, 1) / physics.forward_flops(1, 1)
    rows = [
        (name, si(more, unit), si(less, unit), f"{number(more / less)} ×")
        for name, more, less, unit in pairs
    ]
    rows.insert(1, (_("FLOPs by the law, 6·N·D and 2·N·D"), *(
        si(f(cost.params, tokens), "FLOP")
        for f in (physics.training_flops, physics.forward_flops)
    ), f"{number(law)} ×"))  # fmt: skip
    head = [_("quantity"), _("learning"), _("reading only"), _("ratio")]
    caption = _(
        "{tokens} tokens in {batch} pieces, a model of {params} parameters of 4 bytes, one core; "
        "energy at {watts} ({chip})"
    ).format(
        tokens=number(tokens), batch=number(cost.batch), params=number(cost.params),
        watts=si(watts, "W"), chip=POWERED_AS,
    )  # fmt: skip
    picture = measured_ratios.picture(
        _("Learning against reading, on this computer"),
        [(name, more / less) for name, more, less, _unit in pairs],
        law,
    )
    shown = table(head, rows, caption)
    return Figure(picture.markup() + shown.html, f"{picture.description}\n{shown.words}", picture)


def _written(step: claims.Step) -> str:
    """A step's value for people."""
    if step.unit == "day":
        return crossover_words.duration(step.value)
    unit = {"token": _("tokens"), "hour": _("hours")}.get(step.unit, step.unit)
    return f"{number(step.value)} {unit}".strip()


def verdict() -> Figure:
    """The card that judges claim S0.18: a published service, step by step, and one far smaller."""
    claim = catalog.claim(CLAIM)
    given = {name: figure.value for name, figure in claim.figures.items()}
    steps = claims.arithmetic(claim)
    rows = [
        (_("training tokens of DeepSeek-V3"), number(given["trained"])),
        (_("tokens read in one day of the service"), number(given["input"])),
        (
            _("of these, already known from earlier requests"),
            f"{number(100 * given['repeated'])} %",
        ),
        (_("tokens written in the same day"), number(given["output"])),
        (
            _("servers in use, each of {chips} chips").format(chips=number(given["chips"])),
            number(given["servers"], 5),
        ),
        *((step.label[language()], _written(step)) for step in steps),
    ]
    days = next(step.value for step in steps if step.name == "days")
    fewer = _("the same in arithmetic, with {times} times fewer users").format(times=number(LESS))
    rows.append((fewer, crossover_words.duration(days * LESS)))
    caption = _("Computed from the figures as published, then rounded to three digits.")
    return verdict_card(ARTICLE, CLAIM, [_("quantity"), _("value")], rows, caption)
