"""Lesson 11: its questions, its worked intervals, its measurement, its verdict, and its last page."""

import time
from collections import Counter
from dataclasses import replace

from anuman import catalog, claims, lm
from anuman.language import language
from anuman.lm import stories
from anuman.scenes.claim_test import Bench, every
from anuman.scenes.day_of_print import LATER, NO_SUM, ON_THE_DAY, UNDATED, every_day
from anuman.widgets import Figure, Question, _, number, si, table, verdict_card
from anuman.widgets.kit.words import percent
from anuman.widgets.workbench.workbench_chart import test_name, verdict_name

RUNS, TOKENS, ENOUGH, MOST_S = (
    60,
    8,
    20,
    12.0,
)  # own machine: measurements, tokens in each, fewest, time
SPANS = (  # claim, assumption, factor by which it is uncertain: made up, to show how intervals follow
    ("S0.3", "deal", 1.5), ("S3.11", "words", 1.3), ("S4.2", "mfu", 1.4), ("S4.8", "price", 1.25),
)  # fmt: skip
SHARES = (0.25, 0.5, 1.0, 1.25)  # of the reported sum


def _count(**wanted: str) -> int:
    """How many claims have these values of verdict or test_kind."""
    return sum(
        all(getattr(claim, name) == value for name, value in wanted.items())
        for _article, claim in every().values()
    )


def questions() -> list[Question]:
    """The four predictions, with truths computed when they are revealed."""
    names = {"count": number(len(every())), "articles": number(len(catalog.articles()))}
    return [
        Question(
            "supported",
            _("The {articles} articles make {count} claims. How many of them does the course call supported?").format(**names),
            _("claims"),
            lambda: _count(verdict="supported"),
        ),
        Question(
            "open",
            _("And how many can nobody outside check, whatever they try?"),
            _("claims"),
            lambda: _count(verdict="not checkable"),
        ),
        Question(
            "day",
            _("Which share of all {count} claims could arithmetic have judged on the day they were printed?").format(**names),
            "%",
            lambda: 100 * _when()[ON_THE_DAY] / len(every()),
        ),
        Question(
            "true",
            _("For some claims something happened afterwards that settles them, one way or the other. Which share of those came true?"),
            "%",
            lambda: 100 * _settled()["came true"] / sum(_settled().values()),
        ),
    ]  # fmt: skip


def _when() -> Counter:
    return Counter(judged.when for judged in every_day())


def _settled() -> Counter:
    outcomes = Counter(claim.outcome for _article, claim in every().values())
    return Counter({name: outcomes[name] for name in ("came true", "did not come true")})


def worked_spans():
    """Table of some claims: an assumption, how uncertain it is, and the interval that follows."""
    rows = []
    for id, figure, factor in SPANS:
        b = Bench(claim=id, figure=figure, factor=factor)
        low, high = b.span
        decides, assumed = b.decides, b.found.figures[figure]
        rows.append(
            (
                id, f"{figure} ({assumed.unit})", decides.label[language()],
                claims.value(decides), claims.value(replace(decides, value=low)),
                claims.value(replace(decides, value=high)), number(high / low),
            )
        )  # fmt: skip
    return table(
        [
            _("claim"), _("varied"), _("the number that decides"), _("as the course computes it"),
            _("low"), _("high"), _("high / low"),
        ],
        rows,
        caption=_(
            "Each assumption goes from its value divided by a number, such as 1.5, to its value times it. So "
            "its factor, high / low, is that number squared; in a product or a quotient the factor of the "
            "result is the same."
        ),
    )  # fmt: skip


def own_interval(runs: int = RUNS):
    """Table of this computer's own interval: from half of the measurements, held against the other half.

    Measures the bundled model's tokens a second `runs` times, fewer on a slow computer; 0 skips it. An
    interruption keeps what was measured.
    """
    speeds: list[float] = []
    try:
        if runs:
            model, prompt = lm.load(), stories.BEGINNINGS[language()]
            end = time.monotonic() + MOST_S
            while len(speeds) < runs and (len(speeds) < ENOUGH or time.monotonic() < end):
                start = time.perf_counter()
                lm.generate(model, prompt, TOKENS, 0.0, 0)
                speeds.append(TOKENS / (time.perf_counter() - start))
    except KeyboardInterrupt:
        pass  # what was measured so far is shown
    if len(speeds) < ENOUGH:
        said = _(
            "No interval: fewer than {count} measurements were made. Run the cell again."
        ).format(count=number(ENOUGH))
        return Figure(f"<p>{said}</p>", said)
    return interval_table(speeds)


def interval_table(speeds: list[float]):
    """The middle 80 % of the first half of these speeds (tokens/s), and how much of the other half it holds."""
    half = len(speeds) // 2
    first, second = sorted(speeds[:half]), speeds[half:]

    def share_inside(low: float, high: float) -> str:
        return percent(sum(low <= speed <= high for speed in second) / len(second))

    out = round(0.1 * (half - 1))
    low, middle, high = first[out], first[half // 2], first[-1 - out]
    rows = [
        (_("the middle 80 of 100"), si(low, "token/s"), si(high, "token/s"), share_inside(low, high)),
        (
            _("the median, a hundredth less and more"), si(0.99 * middle, "token/s"),
            si(1.01 * middle, "token/s"), share_inside(0.99 * middle, 1.01 * middle),
        ),
        (
            _("half of the median to twice the median"), si(middle / 2, "token/s"),
            si(2 * middle, "token/s"), share_inside(middle / 2, 2 * middle),
        ),
    ]  # fmt: skip
    return table(
        [_("interval from the first half"), _("low"), _("high"), _("share of the second half inside")],
        rows,
        caption=_("{count} measurements of the course's own model on this computer, {tokens} tokens each.").format(
            count=number(len(speeds)), tokens=number(TOKENS)
        ),
    )  # fmt: skip


def came_of_it():
    """Table of verdicts against what happened afterwards."""
    outcome = {
        "came true": _("came true"),
        "did not come true": _("did not come true"),
        "still open": _("still open"),
        "": _("nothing new"),
    }
    found = Counter((claim.verdict, claim.outcome) for _article, claim in every().values())
    rows = [
        (verdict_name(verdict), *(number(found[verdict, name]) for name in outcome))
        for verdict in ("supported", "depends", "not checkable", "contradicted")
    ]
    return table(
        [_("the course's verdict"), *outcome.values()],
        rows,
        caption=_("All {count} claims: the verdict on what was printed, and what has happened since.").format(
            count=number(len(every()))
        ),
    )  # fmt: skip


def verdict():
    """The card that judges claim S2.5: what hangs on a sum that one investor named."""
    figures = catalog.claim("S0.3").figures
    deal, valuation = figures["deal"].value, figures["valuation"].value
    largest = catalog.claim("S0.4").figures["mellanox"].value
    rows = [
        (
            si(share * deal, "USD"), number(share * deal / valuation),
            _("yes") if share * deal > largest else _("no"),
        )
        for share in SHARES
    ]  # fmt: skip
    head = [
        _("if the sum were"), _("times the earlier valuation (S0.3)"), _("Nvidia's largest deal? (S0.4)"),
    ]  # fmt: skip
    return verdict_card("002", "S2.5", head, rows)


def the_day():
    """Table of all claims with a sum: could it have been done on the day of print, and with which figure last?"""
    said = {ON_THE_DAY: _("yes"), LATER: _("later"), UNDATED: _("a date is unknown")}
    rows = [
        (
            judged.claim.id, judged.claim.text[language()], judged.printed, judged.last or "–",
            said[judged.when], verdict_name(judged.claim.verdict),
        )
        for judged in every_day()
        if judged.when != NO_SUM
    ]  # fmt: skip
    when = _when()
    return table(
        [
            _("claim"), _("what it says"), _("printed"), _("latest figure"), _("on the day?"),
            _("verdict"),
        ],
        rows,
        caption=_(
            "{ready} of {count} claims could be judged by arithmetic or simulation on the day; {later} only "
            "later, {undated} rest on a figure without a date, {rest} are no sums ({short} of them would be sums, "
            "but lack a figure that nobody has published)."
        ).format(
            ready=number(when[ON_THE_DAY]), count=number(len(every())), later=number(when[LATER]),
            undated=number(when[UNDATED]), rest=number(when[NO_SUM]),
            short=number(
                sum(_count(verdict="not checkable", test_kind=kind) for kind in ("arithmetic", "simulation"))
            ),
        ),
    )  # fmt: skip


def tests():
    """Table of how many claims each test judges, and with which verdicts."""
    found = Counter((claim.test_kind, claim.verdict) for _article, claim in every().values())
    verdicts = ("supported", "contradicted", "depends", "not checkable")
    rows = [
        (test_name(test), *(number(found[test, verdict]) for verdict in verdicts))
        for test in ("arithmetic", "simulation", "source", "not checkable")
    ]
    return table([_("test"), *map(verdict_name, verdicts)], rows)
