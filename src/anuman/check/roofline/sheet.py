"""A data sheet as it is printed: dense and sparse rates, prefixes, and rows that do not matter here."""

from collections.abc import Callable, Iterator

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

PREFIX = {"G": 1e9, "T": 1e12, "P": 1e15}
SPARSE = "with sparsity"


def _value(row: dict) -> float:
    """The row's value in SI units: "TFLOPS", "PFLOPS", "GB/s", "TB/s"."""
    return row["value"] * PREFIX[row["unit"][0]]


def _row(sheet: list[dict], name: str) -> dict:
    return next(row for row in sheet if row["row"] == name)


def _dense(row: dict) -> float:
    return _value(row) / (2 if row["note"] == SPARSE else 1)


def read_sheet(sheet: list[dict], precision: str) -> tuple[float, float]:
    """(dense FLOP/s at this precision, byte/s of the memory), in SI units."""
    return _dense(_row(sheet, precision)), _value(_row(sheet, "memory bandwidth"))


def _bandwidths(sheet: list[dict]) -> list[dict]:
    return [row for row in sheet if "bandwidth" in row["row"]]


def _reading(
    flops: Callable[[list[dict], dict], float] = lambda _sheet, row: _dense(row),
    memory: Callable[[list[dict]], float] = lambda sheet: _value(_row(sheet, "memory bandwidth")),
) -> Callable:
    def wrong(sheet, precision):
        return flops(sheet, _row(sheet, precision)), memory(sheet)

    return wrong


def _first_row(sheet, precision):
    return _dense(sheet[0]), read_sheet(sheet, precision)[1]


def _sheets() -> Iterator[Case]:
    """Chips that never were: two or three precisions, some rows sparse, in any order."""
    draw = seeded("02-roofline/read_sheet")
    turn = 0
    while True:
        sparse = turn % 2 == 0
        peak = draw.choice((121, 181, 362, 990, 1830, 2250))
        rows, names = [], draw.sample(("BF16", "FP16", "FP8", "FP4"), draw.randint(2, 3))
        for place, name in enumerate(names):
            value, unit = peak * 2**place * (2 if sparse else 1), "TFLOPS"
            if value >= 2000:
                value, unit = value / 1000, "PFLOPS"
            note = SPARSE if sparse else draw.choice(("", "dense"))
            rows.append({"row": name, "value": value, "unit": unit, "note": note})
        memory, link = (
            draw.choice((draw.uniform(0.3, 0.9), draw.uniform(1.2, 8))),
            draw.choice((300, 450, 900, 1800)),
        )
        fast = {"row": "memory bandwidth", "value": round(memory, 2), "unit": "TB/s", "note": ""}
        if memory < 1:
            fast |= {"value": round(1000 * memory), "unit": "GB/s"}
        rows += [
            fast,
            {"row": "link bandwidth", "value": link, "unit": "GB/s", "note": "to other chips"},
            {"row": "memory", "value": draw.choice((24, 48, 80, 192)), "unit": "GB", "note": ""},
        ]
        asked = draw.choice(names[1:])
        draw.shuffle(rows)
        yield rows, asked
        turn += 1


def _sheet(note: str, value: float, unit: str = "TFLOPS") -> list[dict]:
    return [
        {"row": "FP8", "value": 2 * value, "unit": unit, "note": note},
        {"row": "BF16", "value": value, "unit": unit, "note": note},
        {"row": "memory bandwidth", "value": 2, "unit": "TB/s", "note": ""},
        {"row": "link bandwidth", "value": 900, "unit": "GB/s", "note": "to other chips"},
    ]


CASES = first(12, _sheets())
FLOPS, BANDWIDTH = "flops", "bandwidth"

READ_SHEET = Task(
    id="02-roofline/read_sheet",
    function=read_sheet,
    result=Result((number(FLOPS), number(BANDWIDTH))),
    examples=(
        (_sheet(SPARSE, 800), "BF16"),
        (_sheet("dense", 1.2, "PFLOPS"), "FP8"),
    ),
    parts=(
        Part(FLOPS, 1.25, CASES, fields=(FLOPS,), shown=((_sheet(SPARSE, 600), "FP8"),)),
        Part(BANDWIDTH, 0.75, CASES, fields=(BANDWIDTH,), shown=((_sheet("", 600), "FP8"),)),
    ),
    misconceptions=(
        Misconception(
            "sparse taken for dense",
            _reading(flops=lambda _sheet, row: _value(row)),
            N_(
                'A figure marked "with sparsity" counts zeros that are skipped: ordinary weights reach '
                "half of it."
            ),
        ),
        Misconception(
            "everything halved",
            _reading(flops=lambda _sheet, row: _value(row) / 2),
            N_(
                'Only a figure that is marked "with sparsity" is to be halved; the others are dense.'
            ),
        ),
        Misconception(
            "halved or doubled",
            _reading(
                flops=lambda _sheet, row: (
                    _value(row) / 2 if row["note"] == SPARSE else _value(row) * 2
                )
            ),
            N_("A dense figure stands as it is: it is not to be doubled."),
        ),
        Misconception(
            "prefixes left out",
            _reading(
                flops=lambda _sheet, row: _dense(row) / PREFIX[row["unit"][0]],
                memory=lambda sheet: _row(sheet, "memory bandwidth")["value"],
            ),
            N_("The prefixes are left out: T is 1e12, P is 1e15 and G is 1e9."),
        ),
        Misconception(
            "always tera",
            _reading(
                flops=lambda _sheet, row: _dense(row) / PREFIX[row["unit"][0]] * 1e12,
                memory=lambda sheet: _row(sheet, "memory bandwidth")["value"] * 1e12,
            ),
            N_("Every unit is taken for tera: some rows are in PFLOPS (1e15), some in GB/s (1e9)."),
        ),
        Misconception(
            "always the first row",
            _first_row,
            N_("The first row is taken, whatever it holds: look for the row that is asked for."),
        ),
        Misconception(
            "the link's bandwidth",
            _reading(memory=lambda sheet: _value(_row(sheet, "link bandwidth"))),
            N_("That is the link to other chips: the weights come over the memory's bandwidth."),
        ),
        *(
            Misconception(
                f"{which} row of some bandwidth",
                _reading(memory=lambda sheet, at=at: _value(_bandwidths(sheet)[at])),
                N_(
                    'Any row with "bandwidth" in its name is taken: one of them is the link to other '
                    'chips. Look for "memory bandwidth".'
                ),
            )
            for which, at in (("first", 0), ("last", -1))
        ),
        Misconception(
            "gigabytes of 2**30",
            _reading(
                memory=lambda sheet: (
                    _row(sheet, "memory bandwidth")["value"]
                    * {"G": 2.0**30, "T": 2.0**40}[_row(sheet, "memory bandwidth")["unit"][0]]
                )
            ),
            N_("A GB is 1e9 bytes and a TB 1e12: powers of 1024 are written GiB and TiB."),
        ),
    ),
)
