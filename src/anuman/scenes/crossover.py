"""Training against serving of one model: when the second has cost more. Physics computes, this collects."""

from dataclasses import dataclass

from anuman import catalog, physics

from .peak_shares import training_tokens, typical

MODELS = ("Llama-3.1-8B", "Llama-3.1-70B", "Llama-3.1-405B", "Mixtral-8x7B", "DeepSeek-V3")
KINDS = ("many", "one", "training")
SERVED = 1e11  # tokens a day, at first
CHIP = "H100-SXM"  # whose hours are counted; another chip moves both lines alike
LONGEST = 36_525.0  # days in the picture: 100 years


@dataclass(frozen=True)
class Crossing:
    """What the crossover widget shows about one setting; FLOPs, hours of one chip, days.

    kind: "one", "many" (the median published share of the peak in serving) or "training" (the same
    share as in training).
    """

    model: str
    n_active: float
    n_total: float
    train_tokens: float
    tokens_a_day: float
    kind: str
    train_share: float
    serve_share: float
    train_flops: float
    flops_a_day: float
    train_hours: float
    hours_a_day: float
    tokens: float
    hours_tokens: float

    @property
    def day(self) -> float:
        """Days until serving has cost as much arithmetic as training."""
        return self.tokens / self.tokens_a_day

    @property
    def hours_day(self) -> float:
        """Days until serving has cost as much time of the chips as training."""
        return self.hours_tokens / self.tokens_a_day

    def inference_part(self, days: float) -> float:
        """Part of all chip time, 0 to 1, that serving has taken after so many days."""
        served = self.hours_a_day * days
        return served / (served + self.train_hours)


def crossing(model_name: str, train_tokens: float, tokens_a_day: float, kind: str) -> Crossing:
    """Training of a model on train_tokens against serving tokens_a_day of it, day after day.

    Raises UnknownName, or ValueError naming a bad argument.
    """
    model, peak = catalog.model(model_name), catalog.chip(CHIP).peak("bf16")
    train_share, serve_share = typical("training"), typical(kind)
    tokens = physics.crossover_tokens(train_tokens)
    train_flops = physics.training_flops(model.params_active, train_tokens)
    flops_a_day = physics.forward_flops(model.params_active, tokens_a_day)
    return Crossing(
        model=model_name,
        n_active=model.params_active,
        n_total=model.params,
        train_tokens=train_tokens,
        tokens_a_day=tokens_a_day,
        kind=kind,
        train_share=train_share,
        serve_share=serve_share,
        train_flops=train_flops,
        flops_a_day=flops_a_day,
        train_hours=physics.chip_hours(train_flops, peak, train_share),
        hours_a_day=physics.chip_hours(flops_a_day, peak, serve_share),
        tokens=tokens,
        hours_tokens=physics.crossover_tokens(train_tokens, train_share, serve_share),
    )


def first_crossing() -> Crossing:
    """The setting that the widget opens with: a model trained as its card says, serving many users."""
    return crossing(MODELS[0], training_tokens(MODELS[0]), SERVED, KINDS[0])
