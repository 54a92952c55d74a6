"""What the crossover says in words and numbers: summary, cards, formula, rows."""

from anuman.language import _, number, scientific
from anuman.scenes.crossover import CHIP, LONGEST, Crossing

from ..kit.words import percent

YEAR = 365.25
HOURS = 24


def duration(days: float) -> str:
    """Days as hours, days or years, whichever suits."""
    if days < 1:
        return _("{count} hours").format(count=number(days * HOURS))
    if days < 2 * YEAR:
        return _("{count} days").format(count=number(days))
    return _("{count} years").format(count=number(days / YEAR))


def kind_name(kind: str) -> str:
    """How the model is served, in words."""
    return {
        "many": _("many users at once"),
        "one": _("one user at a time"),
        "training": _("chips as busy as in training"),
    }[kind]


def summary(c: Crossing) -> str:
    """The present state in one sentence, for ears and for pages without pictures."""
    said = _(
        "{model}, trained on {trained} tokens, serves {served} tokens a day, {kind}. Inference has "
        "cost as much arithmetic as training after {day}, and as much time of the chips after {money}."
    )
    return said.format(
        model=c.model,
        trained=scientific(c.train_tokens),
        served=scientific(c.tokens_a_day),
        kind=kind_name(c.kind),
        day=duration(c.day),
        money=duration(c.hours_day),
    )


def place(day: float) -> str:
    """Where a crossing lies when the picture cannot show it, else nothing."""
    if day < 1:
        return _("within the first day")
    return _("not within 100 years") if day > LONGEST else ""


def facts(c: Crossing) -> list[tuple[str, str, str]]:
    """The three number cards: label, number, what it means."""
    arithmetic = _("{tokens} served tokens: {times} times the training tokens.").format(
        tokens=scientific(c.tokens), times=number(c.tokens / c.train_tokens)
    )
    money = _("Training used {train} of the peak, serving {serve} (medians of what is published).")
    return [
        (_("Arithmetic: inference passes training after"), duration(c.day), arithmetic),
        (
            _("Money (time of the chips): it passes after"),
            duration(c.hours_day),
            money.format(train=percent(c.train_share), serve=percent(c.serve_share)),
        ),
        (
            _("Inference's part of the bill after one year"),
            percent(c.inference_part(YEAR)),
            _("{hours} hours of {chip} for training, {daily} a day for serving").format(
                hours=number(c.train_hours), chip=CHIP, daily=number(c.hours_a_day)
            ),
        ),
    ]


def terms(c: Crossing) -> list[tuple[str, str]]:
    """The fraction of the law in symbols, with the present values, and with N cancelled."""
    n, d, t = scientific(c.n_active), scientific(c.train_tokens), scientific(c.tokens_a_day)
    return [
        ("6·N·D", "2·N·T"),
        (f"6 × {n} × {d}", f"2 × {n} × {t}"),
        (f"3 × {d}", t),
    ]


def result(c: Crossing) -> str:
    """The crossing in days."""
    return _("{count} days").format(count=number(c.day))


def rows(c: Crossing) -> list[tuple[str, str]]:
    """Every number of the picture, for the table."""
    return [
        (_("model"), c.model),
        (_("active parameters N"), scientific(c.n_active)),
        (_("all parameters"), scientific(c.n_total)),
        (_("training tokens D"), scientific(c.train_tokens)),
        (_("tokens served a day T"), scientific(c.tokens_a_day)),
        (_("how it is served"), kind_name(c.kind)),
        (_("FLOPs of training"), scientific(c.train_flops)),
        (_("FLOPs of serving a day"), scientific(c.flops_a_day)),
        (_("share of the peak in training"), percent(c.train_share)),
        (_("share of the peak in serving"), percent(c.serve_share)),
        *((label, f"{value} ({note})") for label, value, note in facts(c)),
    ]
