"""Crores and lakhs: from dollars, from the words of an article, and back to the rate it used."""

import re
import unicodedata
from collections.abc import Iterator
from statistics import fmean

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task
from ..words import N_

LAKH, CRORE = 1e5, 1e7
UNITS = {"lakh": LAKH, "lakhs": LAKH, "crore": CRORE, "crores": CRORE, "लाख": LAKH}
# ड़ has two spellings that look alike: one sign, or ड and a dot below; NFC writes both as the second.
UNITS[unicodedata.normalize("NFC", "करोड़")] = CRORE


def to_crore(usd: float, rate: float) -> float:
    """Crores of rupees for dollars at `rate` rupees a dollar."""
    return usd * rate / CRORE


def _sums() -> Iterator[Case]:
    draw = seeded("09-money/to_crore")
    while True:
        yield draw.randint(2, 900) * 10**8, round(draw.uniform(75, 96), 2)


TO_CRORE = Task(
    id="09-money/to_crore",
    function=to_crore,
    result=Result((number("crore"),)),
    examples=((1e9, 90.0), (750e6, 80.0)),
    parts=(Part(N_("all cases"), 0.5, first(5, _sums())),),
    drill=Drill(
        draw=_sums,
        asks=N_("How many crore rupees are {usd} USD at {rate} rupees a dollar?"),
        worked=lambda usd, rate: f"{usd:g} · {rate:g} / 10000000",
    ),
    misconceptions=(
        Misconception(
            "crore is a million",
            lambda usd, rate: usd * rate / 1e6,
            N_("A crore is ten million (1,00,00,000), not one."),
        ),
        Misconception(
            "lakhs",
            lambda usd, rate: usd * rate / LAKH,
            N_("These are lakhs: a crore is a hundred lakhs."),
        ),
        Misconception(
            "rupees",
            lambda usd, rate: usd * rate,
            N_("These are rupees: asked are crores."),
        ),
        Misconception(
            "divided by the rate",
            lambda usd, rate: usd / rate / CRORE,
            N_("Divided by the rate: a dollar is worth `rate` rupees, so multiply."),
        ),
    ),
)


def _value(text: str, units: dict[str, float] = UNITS) -> float:
    text = unicodedata.normalize("NFC", text).lower()
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", text).group().replace(",", "")
    factor = 1.0
    for word in re.findall(r"[^\W\d_]+[\u0900-\u097f]*", text):
        factor *= units.get(word, 1.0)
    return float(digits) * factor


def lakh_crore(text: str) -> float:
    """The number that a text of digits, "lakh" and "crore" stands for, in either script."""
    return _value(text)


DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
NFC, ONE_SIGN = unicodedata.normalize("NFC", "करोड़"), "करो\u095c"
LATIN = (("1.6 lakh crore",), ("6,000 crore",), ("Rs 50,000 crore",), ("₹12,00,000",), ("3 lakh",))
HINDI = (
    (f"1.6 लाख {NFC}",), (f"1.6 लाख {ONE_SIGN}",), (f"6,000 {ONE_SIGN}",), (f"50,000 {NFC}",),
    (f"{'1,80,000'.translate(DEVANAGARI)} {NFC}",), (f"{'2.5'.translate(DEVANAGARI)} लाख",),
    (f"₹{'62,000'.translate(DEVANAGARI)} {ONE_SIGN}",),
)  # fmt: skip

LAKH_CRORE = Task(
    id="09-money/lakh_crore",
    function=lakh_crore,
    result=Result((number("rupees"),)),
    examples=(("2 crore",), ("1.5 lakh crore",), (f"3 लाख {NFC}",), ("4,50,000",)),
    parts=(Part(N_("Latin letters"), 0.75, LATIN), Part(N_("Devanagari"), 0.75, HINDI)),
    misconceptions=(
        Misconception(
            "lakh is a million",
            lambda text: _value(text, UNITS | {"lakh": 1e6, "lakhs": 1e6, "लाख": 1e6}),
            N_("A lakh is a hundred thousand (1,00,000), not a million."),
        ),
        Misconception(
            "crore is a million",
            lambda text: _value(text, UNITS | {"crore": 1e6, "crores": 1e6, NFC: 1e6}),
            N_("A crore is ten million (1,00,00,000), not one."),
        ),
        Misconception(
            "lakh crore is a crore",
            lambda text: _value(
                text, UNITS | ({"lakh": 1.0, "लाख": 1.0} if _value(text) > 1e11 else {})
            ),
            N_("Lakh crore is a lakh of crores: multiply both."),
        ),
        Misconception(
            "crore only without lakh",
            lambda text: _value(
                text,
                UNITS | ({"crore": 1.0, NFC: 1.0} if {"lakh", "लाख"} & {*text.split()} else {}),
            ),
            N_(
                "The second word is never looked at: after lakh there may be crore, too. Use two ifs, "
                "not if and elif."
            ),
        ),
        Misconception(
            "no units",
            lambda text: _value(text, {}),
            N_("The words lakh and crore are not used."),
        ),
        Misconception(
            "one spelling",
            lambda text: _value(text.replace("\u095c", "x")),
            N_(
                "ड़ is stored in two ways that look alike: as one sign, or as ड with a dot. Bring the "
                "text into one form first, for example with unicodedata.normalize."
            ),
        ),
        Misconception(
            "commas end the number",
            lambda text: _value(re.sub(r",[\d,]*", "", text)),
            N_("The number ends at its first comma in your answer: commas only group the digits."),
        ),
    ),
)


def implied_rate(pairs: list) -> float:
    """Rupees a dollar that somebody used, from (usd, rupees, "exact", "more than" or "less than")."""
    return fmean(rupees / usd for usd, rupees, kind in pairs if kind == "exact")


def _conversions(exact: int) -> Iterator[Case]:
    """So many exact pairs that agree, bounds below and above them; no order, a bound first in turn."""
    draw = seeded(f"09-money/implied_rate {exact}")
    at = 0
    while True:
        rate, pairs = draw.randint(70, 95), []
        kinds = ["exact"] * exact + ["more than"] * draw.randint(1, 2) + ["less than"]
        off = {"exact": (1, 1), "more than": (0.7, 0.92), "less than": (1.1, 1.4)}
        draw.shuffle(kinds)
        for kind in kinds:
            usd = draw.randint(2, 300) * 10**8
            pairs.append([usd, round(usd * rate * draw.uniform(*off[kind]), -8), kind])
        sums = sum(r for _u, r, _k in pairs) / sum(u for u, _r, _k in pairs)
        bounds = fmean(r / u for u, r, kind in pairs if kind != "exact")
        clear = all(abs(wrong / rate - 1) > 0.02 for wrong in (sums, bounds, fmean(_rates(pairs))))
        if clear and (pairs[0][2] == "exact") == bool(at % 3 == 2):
            at += 1
            yield (pairs,)


def _rates(pairs: list) -> list[float]:
    return [rupees / usd for usd, rupees, _kind in pairs]


IMPLIED_RATE = Task(
    id="09-money/implied_rate",
    function=implied_rate,
    result=Result((number("rate"),)),
    examples=(
        ([[20e9, 1.6e12, "exact"], [750e6, 60e9, "exact"]],),
        ([[6.9e9, 500e9, "more than"], [20e9, 1.6e12, "exact"], [1e9, 100e9, "less than"]],),
    ),
    parts=(
        Part(N_("one conversion among bounds"), 1, first(5, _conversions(1))),
        Part(
            N_("several conversions"), 1, (*first(3, _conversions(2)), *first(3, _conversions(3)))
        ),
    ),
    misconceptions=(
        Misconception(
            "averages all",
            lambda pairs: fmean(_rates(pairs)),
            N_(
                '"more than" and "less than" are bounds, no conversions: leave them out of the mean.'
            ),
        ),
        Misconception(
            "bounds alone",
            lambda pairs: fmean(r / u for u, r, kind in pairs if kind != "exact"),
            N_("The bounds are used and the exact ones left out: it is the other way round."),
        ),
        Misconception(
            "sums of all",
            lambda pairs: sum(r for _u, r, _k in pairs) / sum(u for u, _r, _k in pairs),
            N_(
                '"more than" and "less than" are bounds, no conversions: leave them out of the sums.'
            ),
        ),
        Misconception(
            "smallest",
            lambda pairs: min(_rates(pairs)),
            N_('The smallest rate is that of a "more than": the true one lies above it.'),
        ),
        Misconception(
            "largest",
            lambda pairs: max(_rates(pairs)),
            N_('The largest rate is that of a "less than": the true one lies below it.'),
        ),
        Misconception(
            "first pair",
            lambda pairs: _rates(pairs)[0],
            N_('The first pair is taken, whatever it is: look for one that is "exact".'),
        ),
        Misconception(
            "last pair",
            lambda pairs: _rates(pairs)[-1],
            N_('The last pair is taken, whatever it is: look for one that is "exact".'),
        ),
        Misconception(
            "upside down",
            lambda pairs: 1 / implied_rate(pairs),
            N_("Upside down: asked are rupees a dollar."),
        ),
    ),
)
