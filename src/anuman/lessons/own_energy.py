"""Lesson 09 on the learner's machine: joules and rupees of a million of one's own tokens."""

import math
import time
from dataclasses import dataclass
from functools import cache

from IPython.display import display

from anuman import catalog, lm, physics
from anuman.language import language
from anuman.lm import stories
from anuman.machine import energy
from anuman.widgets import Figure, _, figure, number, si, table
from anuman.widgets.kit.chart import Axis, Chart
from anuman.widgets.kit.style import INK, MEASURED, MONEY
from anuman.widgets.own_machine.machine_charts import message
from anuman.widgets.own_machine.measurement import Measuring

USERS = (1, 16)  # who write together
WRITTEN = 60  # tokens of each in a round
MOST_WATTS = 10_000
KWH = 3.6e6  # joules
FEW, MANY = 1e5, 1e12  # weights, the frame of the picture
LEAST, MOST = 1e-4, 100.0  # J per token
MLPERF = ("P312", "P310", "P313")  # whole servers, measured at the wall
PROMPT = "gemini-prompt-energy"
TARIFF = "electricity-maharashtra-industry"
API = ("groq llama-3.1-8b", "groq llama-3.3-70b")


@dataclass(frozen=True, kw_only=True)
class Written:
    """What `users` wrote together: tokens, s, and J where they are known."""

    users: int
    tokens: int
    seconds: float
    joules: float | None

    @property
    def joules_per_token(self) -> float | None:
        return None if self.joules is None else self.joules / self.tokens


@dataclass(frozen=True)
class Own:
    """A measurement. watts: what the learner stated; None where the processor counted, or nobody knows."""

    runs: tuple[Written, ...]
    watts: float | None

    @property
    def origin(self) -> str:
        """Where the joules come from, as it stands on the axis."""
        if self.watts is not None:
            return _("{watts}, stated by you").format(watts=si(float(self.watts), "W"))
        if self.runs[0].joules is None:
            return _("unknown: the system does not tell, and you stated nothing")
        return _("counted by the processor")


@cache
def _model() -> lm.Model:
    return lm.load()


def measure(watts: float | None = None, seconds: float = 2.0) -> Own | None:
    """Write with one user and with sixteen for about `seconds` s each; None when there is nothing.

    watts: the computer's rated power; without it the processor's own counter, where it can be read.
    """
    if watts is not None and not _is_power(watts):
        said = _("watts is {given}: give the rated power of your computer in watts, such as 45.")
        display(message(said.format(given=repr(watts))))
        return None
    shown = Measuring(_("Your computer is writing."))
    display(shown)
    runs, end = [], message(_("Stopped; nothing was kept. Run the cell again to measure."))
    try:
        for at, users in enumerate(USERS):
            shown.reach(at / len(USERS), "")
            runs.append(_write(users, seconds, watts))
        end = message(_told(Own(tuple(runs), watts)))
    except KeyboardInterrupt:
        runs = []
    except (lm.LmError, lm.OutOfMemory) as error:
        runs, end = [], message(_("The model could not write: {error}").format(error=error))
    shown.end(end)
    return Own(tuple(runs), watts) if runs else None


def _is_power(watts: object) -> bool:
    number_given = isinstance(watts, int | float) and not isinstance(watts, bool)
    return number_given and math.isfinite(watts) and 0 < watts <= MOST_WATTS


def _write(users: int, seconds: float, watts: float | None) -> Written:
    """Rounds of WRITTEN tokens for each user, at least one."""
    prompts = [stories.BEGINNINGS[language()]] * users
    meter = energy.meter() if watts is None else None
    tokens, start = 0, time.perf_counter()

    def count(sequences: int, _seconds: float, _work: lm.Work) -> None:
        nonlocal tokens
        tokens += sequences

    while True:
        lm.generate_batch(_model(), prompts, WRITTEN, temperature=1.0, seed=tokens, show=count)
        took = time.perf_counter() - start
        if took >= seconds:
            break
    joules = watts * took if watts is not None else meter and meter.joules()
    return Written(users=users, tokens=tokens, seconds=took, joules=joules)


def _told(own: Own) -> str:
    one, many = own.runs
    said = _("{one} tokens per second for one user, {many} for {users} users together.").format(
        one=number(one.tokens / one.seconds), many=number(many.tokens / many.seconds),
        users=number(many.users),
    )  # fmt: skip
    if one.joules is None:
        return said + " " + _(
            "Your computer does not tell what it draws. Write its rated power into the cell, such as "
            "measure(watts=45), and run it again: the figure then counts as stated by you."
        )  # fmt: skip
    return f"{said} {_('Energy: {origin}.').format(origin=own.origin)}"


def _servers() -> list[catalog.Measurement]:
    rows = {row.id: row for row in catalog.measurements(metric="j_per_out_token")}
    return [rows[name] for name in MLPERF]


def _counted(weights: float) -> str:
    return si(weights, "")


def per_weight(own: Own | None) -> Figure:
    """Picture: joules of a token against the weights of the model, yours beside measured servers."""
    known = [run for run in own.runs if run.joules] if own else []
    servers = [(row, catalog.model(row.model).params) for row in _servers()]
    origin = own.origin if own else _("not measured")
    chart = Chart(
        Axis(FEW, MANY, _("weights of the model (logarithmic)"), log=True, format=_counted),
        Axis(LEAST, MOST, _("J per token (logarithmic); yours: {origin}").format(origin=origin), log=True),
        _("Energy of a token"),
        width=560, height=400,
    )  # fmt: skip
    row, params = servers[0]
    a_weight = row.value / params
    chart.line([(LEAST / a_weight, LEAST), (MANY, a_weight * MANY)], INK, "2 4", 1.2)
    same = _("as much for each weight as this {chip}").format(chip=row.chip)
    chart.label(MANY / 1e3, a_weight * MANY / 1e3, same, "below", kind="small")
    for row, params in servers:
        chart.point(params, row.value, MEASURED, "square", 6, f"{row.id}: {number(row.value)} J")
        chart.label(params, row.value, f"{row.chip}, {row.model}", "left", 10, "small")
    mine = _model().config.params
    for run in known:
        y = min(max(run.joules_per_token, LEAST), MOST)
        chart.point(mine, y, MONEY, "circle", 6, number(run.joules_per_token))
        label = _("you, {users} at once").format(users=number(run.users))
        chart.label(mine, y, label, "right", 10, "strong")
    rows = [
        (
            _("your computer, {users} at once").format(users=number(run.users)), number(mine),
            number(run.joules_per_token), si(run.joules_per_token / mine, "J"), origin,
        )
        for run in known
    ] + [
        (
            f"{row.chip} × {number(row.n_chips)}, {row.model}", number(round(params)),
            number(row.value), si(row.value / params, "J"), f"{row.source.publisher}, {row.source.date}",
        )
        for row, params in servers
    ]  # fmt: skip
    said = _("Measured servers need {low} to {high} a weight.").format(
        low=si(min(row.value / n for row, n in servers), "J"),
        high=si(max(row.value / n for row, n in servers), "J"),
    )
    if known:
        best = min(run.joules_per_token for run in known) / mine
        said += " " + _("Yours: {own}.").format(own=si(best, "J"))
    head = [_("who"), _("weights"), _("J per token"), _("J per token and weight"), _("source")]
    return figure(chart.picture(said), head, rows, said)


def a_million(own: Own | None, rupees_per_kwh: float | None = None) -> Figure:
    """Table: electricity of a million tokens, in kWh and rupees, beside list prices and published prompts."""
    listed = catalog.price(TARIFF)
    tariff = listed.value if rupees_per_kwh is None else rupees_per_kwh
    rate = catalog.price("rupees-a-dollar").value
    rows = []
    for run in own.runs if own else ():
        name = _("your computer, {users} at once").format(users=number(run.users))
        rows.append((name, *_energy(run.joules_per_token, tariff), "–"))
    for row in _servers():
        name = f"{row.chip} × {number(row.n_chips)}, {row.model}"
        rows.append((name, *_energy(row.value, tariff), "–"))
    for name in API:
        price = catalog.token_price(name)
        asked = physics.rupees(price.output.value * physics.MILLION, rate)
        who = _("list price, {provider}, {model}").format(
            provider=price.provider, model=price.model
        )
        rows.append((who, _("unknown"), _("unknown"), number(asked)))
    prompt = catalog.statement(PROMPT)
    caption = _("Electricity at {tariff} rupees a kWh ({where}).").format(
        tariff=number(tariff),
        where=_("stated by you") if rupees_per_kwh is not None else listed.source.publisher,
    )
    known = [run for run in own.runs if run.joules] if own else []
    if known:
        joules = physics.HOUR * prompt.value
        caption += " " + _(
            "A median prompt of the Gemini apps took {wh} Wh ({source}): with that energy your computer "
            "writes {tokens} tokens of its small model, with {users} at once."
        ).format(
            wh=number(prompt.value), source=prompt.source.publisher,
            tokens=number(round(joules / known[-1].joules_per_token)), users=number(known[-1].users),
        )  # fmt: skip
    head = [_("a million tokens of"), _("kWh"), _("electricity, rupees"), _("price asked, rupees")]
    return table(head, rows, caption)


def _energy(joules_per_token: float | None, tariff: float) -> tuple[str, str]:
    if joules_per_token is None:
        return _("unknown"), _("unknown")
    kwh = joules_per_token * physics.MILLION / KWH
    return number(kwh), number(kwh * tariff)
