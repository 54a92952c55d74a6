"""Lesson 02: its questions, its worked numbers and its verdict, all computed from the catalogue."""

from statistics import fmean

from anuman import catalog, physics
from anuman.widgets import Question, _, number, si, table, verdict_card
from anuman.widgets.published.kernels import kernels

CHIP = "H100-SXM"
MODEL = "Llama-3.1-8B"
BIG_MODEL = "Llama-3.1-70B"
BF16 = 2  # bytes per weight
VERDICT_CHIPS = ("H100-SXM", "B200", "TPUv6e", "Groq-LPU1")


def _step(chip: catalog.Chip, model: catalog.Model, batch: float, speed: float = 1) -> physics.Step:
    """A bf16 decode step on one chip whose FLOP/s are `speed` times the catalogue's."""
    peak = chip.peak(chip.peak16)
    return physics.decode_step(
        n=model.params,
        batch=batch,
        flops=speed * peak,
        bandwidth=chip.bandwidth,
        bytes_per_weight=BF16,
    )


def questions() -> list[Question]:
    """The three predictions, with truths computed when they are revealed."""
    chip, model = catalog.chip(CHIP), catalog.model(MODEL)
    names = {"chip": CHIP, "model": MODEL}

    def share() -> float:
        step = _step(chip, model, batch=1)
        return 100 * step.compute_s / step.seconds

    def faster() -> float:
        return _step(chip, model, 1).seconds / _step(chip, model, 1, speed=2).seconds

    def users() -> float:
        return physics.critical_batch(chip.peak(chip.peak16), chip.bandwidth, BF16)

    return [
        Question(
            "share",
            _(
                "One user talks to {model} (bf16) on one {chip}. "
                "What share of the chip's arithmetic is in use?"
            ).format(**names),
            "%",
            share,
        ),
        Question(
            "faster",
            _(
                "The same user gets a chip with twice the FLOP/s and the same memory. "
                "How many times faster do the tokens come?"
            ),
            "×",
            faster,
        ),
        Question(
            "users",
            _(
                "How many users must share a step before the {chip} waits "
                "for its arithmetic and no longer for its memory?"
            ).format(**names),
            _("users"),
            users,
        ),
    ]


def worked_steps(chip_name: str, model_name: str):
    """Table of bf16 decode steps at four batches: both clocks, the longer one, tokens per second."""
    chip, model = catalog.chip(chip_name), catalog.model(model_name)
    peak = chip.peak(chip.peak16)
    edge = physics.critical_batch(peak, chip.bandwidth, BF16)
    rows = []
    for batch in (1, 32, edge, 1024):
        step = _step(chip, model, batch)
        rows.append(
            (
                f"{number(batch)} = B*" if batch == edge else number(batch),
                si(step.compute_s, "s"),
                si(step.memory_s, "s"),
                si(step.seconds, "s"),
                {"memory": _("memory"), "compute": _("compute"), "both": _("both agree")}[
                    step.bound
                ],
                number(batch / step.seconds),
            )
        )
    return table(
        [
            _("batch B"),
            _("compute time"),
            _("memory time"),
            _("step time"),
            _("waits for"),
            _("tokens/s, all users"),
        ],
        rows,
        caption=_(
            "{model}, {params} billion weights of 2 bytes, on one {chip}: {flops} (dense), {bandwidth}."
        ).format(
            model=model.name,
            params=number(model.params / 1e9),
            chip=chip.name,
            flops=si(peak, "FLOP/s"),
            bandwidth=si(chip.bandwidth, "B/s"),
        ),
    )


def reach(chip_names: tuple[str, ...]):
    """Table of the share of the roof that published kernels reached: on the slope, at the ridge, beyond."""
    rows = []
    for name in chip_names:
        chip = catalog.chip(name)
        edge = physics.ridge(chip.peak(chip.peak16), chip.bandwidth)
        zones = {
            _("slope (memory)"): (0, edge / 2),
            _("around the ridge"): (edge / 2, 2 * edge),
            _("flat (arithmetic)"): (2 * edge, float("inf")),
        }
        for zone, (low, high) in zones.items():
            shares = [100 * k.share for k in kernels(name) if low <= k.intensity < high]
            rows.append(
                (
                    name,
                    zone,
                    number(len(shares)),
                    f"{number(fmean(shares))} %",
                    f"{number(min(shares))} %",
                    f"{number(max(shares))} %",
                )
            )
    return table(
        [_("chip"), _("part of the roof"), _("points"), _("average"), _("least"), _("most")],
        rows,
        caption=_(
            "Share of the roof that was reached. Around the ridge: from half of it to twice it."
        ),
    )


def verdict():
    """The card that judges claim S3.3: where it flips, one user's tokens per second, the price in chips."""
    model, big = catalog.model(MODEL), catalog.model(BIG_MODEL)
    head = [
        _("chip"),
        _("arithmetic"),
        _("memory"),
        _("memory is the slower clock below"),
        _("limit for one user, {model}").format(model=model.name),
        _("chips for {model}").format(model=model.name),
        _("chips for {model}").format(model=big.name),
    ]
    rows = []
    for name in VERDICT_CHIPS:
        chip = catalog.chip(name)
        peak = chip.peak(chip.peak16)
        # A pipeline's chips are visited in turn: together they take as long as one that held it all.
        alone = _step(chip, model, batch=1)
        chips, big_chips = (
            physics.chips_needed(physics.weight_bytes(m.params, BF16), chip.capacity)
            for m in (model, big)
        )
        rows.append(
            (
                name,
                si(peak, "FLOP/s"),
                si(chip.bandwidth, "byte/s"),
                _("{count} users").format(
                    count=number(physics.critical_batch(peak, chip.bandwidth, BF16))
                ),
                _("{rate} tokens/s").format(rate=number(1 / alone.seconds)),
                number(chips),
                number(big_chips),
            )
        )
    return verdict_card("003", "S3.3", head, rows)
