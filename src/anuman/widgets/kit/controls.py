"""Controls beside a picture: what they hold in Python, and how the panel in the browser is told of them.

A control's `value` is what the lesson's code reads and sets; `observe(callback, "value")` hears of changes.
The browser sends what was typed or chosen as it stands; `heard` makes a value of it.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

import traitlets

from anuman.language import _, number

from .number_parser import parse

STOPS_A_DECADE = 20


class Control(traitlets.HasTraits):
    """One control. problem: what is wrong with the last thing typed, shown at the field."""

    kind = ""
    value = traitlets.Any()
    label = traitlets.Unicode()
    disabled = traitlets.Bool(False)
    hidden = traitlets.Bool(False)
    problem = traitlets.Unicode()

    def spec(self) -> dict:
        """What the browser builds the control from."""
        return {"kind": self.kind, "label": self.label}

    def shown(self) -> object:
        """The value as the browser shows it."""
        return self.value

    def state(self) -> dict:
        """What may change while the control stands."""
        return {
            "value": self.shown(), "disabled": self.disabled, "hidden": self.hidden,
            "problem": self.problem,
        }  # fmt: skip

    def heard(self, raw: object) -> None:
        """Take what the browser sent."""
        self.value = raw


class Choice(Control):
    """One of several (label, value) options; plain values stand for themselves."""

    kind = "choice"
    options = traitlets.Tuple()

    def __init__(self, label: str, options: Sequence, value: object = None, segments=False):
        self.kind = "segments" if segments else "choice"
        options = _pairs(options)
        super().__init__(label=label, value=options[0][1] if value is None else value)
        self.options = options

    @traitlets.validate("options")
    def _as_pairs(self, proposal):
        return _pairs(proposal["value"])

    @traitlets.observe("options")
    def _offered(self, change) -> None:
        if self.value not in [value for _label, value in change["new"]]:
            self.value = change["new"][0][1]

    @traitlets.validate("value")
    def _offered_only(self, proposal):
        if self.options and proposal["value"] not in [value for _label, value in self.options]:
            offered = ", ".join(label for label, _value in self.options)
            raise ValueError(f"{self.label} offers {offered}, not {proposal['value']!r}")
        return proposal["value"]

    def spec(self) -> dict:
        return {**super().spec(), "options": [label for label, _value in self.options]}

    def shown(self) -> int:
        return [value for _label, value in self.options].index(self.value)

    def heard(self, raw: object) -> None:
        if not isinstance(raw, int) or not 0 <= raw < len(self.options):
            raise ValueError(f"{self.label} has no option {raw!r}")
        self.value = self.options[raw][1]


def _pairs(options: Sequence) -> tuple[tuple[str, object], ...]:
    pairs = tuple(o if isinstance(o, tuple) else (str(o), o) for o in options)
    if not pairs:
        raise ValueError("a choice needs at least one option")
    return pairs


class Amount(Control):
    """A number in a box, with a slider where `stops` are given; kept between `low` and `high`.

    unit: what follows the number.  ticks: value -> words of what the lesson looks for, a mark at the
    slider that goes there when pressed.  whole: only whole numbers.
    """

    kind = "amount"
    low = traitlets.Float()
    high = traitlets.Float()
    stops = traitlets.Tuple()
    ticks = traitlets.Tuple()

    def __init__(
        self, label: str, value: float, low: float, high: float, *, whole: bool = False,
        unit: str = "", stops: Sequence[float] = (), ticks: Mapping[float, str] | None = None,
    ):  # fmt: skip
        if not low <= value <= high:
            raise ValueError(f"{label}: {value} is not between {low} and {high}")
        self.whole, self.unit = whole, unit
        super().__init__(label=label, low=low, high=high, stops=tuple(stops), value=value)
        self.ticks = tuple((ticks or {}).items())

    @traitlets.validate("value")
    def _within(self, proposal):
        value = min(max(float(proposal["value"]), self.low), self.high)
        return round(value) if self.whole else value

    @traitlets.observe("low", "high")
    def _moved_ends(self, _change) -> None:
        if self.value is not None:
            self.value = min(max(self.value, self.low), self.high)

    def spec(self) -> dict:
        stops = sorted({*self.stops, *(v for v, _words in self.ticks)}) if self.stops else None
        return {**super().spec(), "unit": self.unit, "stops": stops, "ticks": list(self.ticks)}

    def heard(self, raw: object) -> None:
        """Take a number, or what was typed; what is no number, or out of reach, is said at the field."""
        try:
            typed = parse(raw, self.unit) if isinstance(raw, str) else float(raw)
            if not math.isfinite(typed):
                raise ValueError(_("it is empty; type a number"))
        except ValueError as error:
            self.problem = str(error)
            return
        self.value = typed
        near = math.isclose(typed, self.value, abs_tol=0.5 if self.whole else 0)
        self.problem = "" if near else _("from {low} to {high}").format(
            low=number(self.low), high=number(self.high)
        )  # fmt: skip

    def step(self, count: int) -> None:
        """Go `count` stops up or down from the present value."""
        stops = self.spec()["stops"]
        place = bisect_left(stops, self.value)
        if count < 0 or stops[min(place, len(stops) - 1)] == self.value:
            place += count
        else:
            place += count - 1
        self.value = stops[min(max(place, 0), len(stops) - 1)]


class Steps(Amount):
    """Whole steps from 0 to an end, with a button that plays them and a choice of speed."""

    kind = "steps"
    FRAME_MS = 300  # at speed 1

    def __init__(self, label: str, value: int, end: int):
        super().__init__(label, value, 0, max(1, end), whole=True, stops=range(max(1, end) + 1))

    def reach(self, end: int) -> None:
        """Another last step."""
        self.high = max(1, end)
        self.stops = tuple(range(max(1, end) + 1))

    def spec(self) -> dict:
        return {**super().spec(), "frame_ms": self.FRAME_MS}


class Toggle(Control):
    """A box to tick."""

    kind = "toggle"
    value = traitlets.Bool(False)

    def __init__(self, label: str, value: bool = False):
        super().__init__(label=label, value=value)

    def heard(self, raw: object) -> None:
        self.value = bool(raw)


class Text(Control):
    """Words to type, in one row or several; unit: what follows the field; group: the question above it."""

    kind = "text"
    value = traitlets.Unicode()

    def __init__(self, label: str, value: str = "", rows: int = 1, unit: str = "", group: str = ""):
        self.rows, self.unit, self.group = rows, unit, group
        super().__init__(label=label, value=value)

    def spec(self) -> dict:
        return {**super().spec(), "rows": self.rows, "unit": self.unit, "group": self.group}

    def heard(self, raw: object) -> None:
        self.value = str(raw)


class Button(Control):
    """Something to press; its value is the label that it shows now.

    on_click(callback): called with the button, after all fields of the panel have been taken over.
    """

    kind = "button"

    def __init__(self, label: str, primary: bool = False, hint: str = "", disabled: bool = False):
        self.primary, self.hint = primary, hint
        self._callbacks: list[Callable[[Button], object]] = []
        super().__init__(label=label, value=label, disabled=disabled)

    def on_click(self, callback: Callable[["Button"], object]) -> None:
        self._callbacks.append(callback)

    def click(self) -> None:
        """Do what a press does."""
        for callback in self._callbacks:
            callback(self)

    def spec(self) -> dict:
        return {**super().spec(), "primary": self.primary, "hint": self.hint}

    def heard(self, raw: object) -> None:
        """A button takes no value."""


class Progress(Control):
    """How far something is, 0 to 1, and what is being done."""

    kind = "bar"  # JupyterLab paints everything of the class "progress"
    words = traitlets.Unicode()

    def __init__(self, words: str = "", value: float = 0.0):
        super().__init__(words=words, value=value)

    def shown(self) -> list:
        return [self.value, self.words]

    def heard(self, raw: object) -> None:
        """A bar takes no value."""


def choice(label: str, options: Sequence, value: object = None) -> Choice:
    """A labelled list to choose from: plain values, or (label, value)."""
    return Choice(label, options, value)


def amount(
    label: str, value: float, low: float, high: float, *, whole: bool = True, unit: str = "",
    ticks: Mapping[float, str] | None = None,
) -> Amount:  # fmt: skip
    """A number that spans many sizes: a box, and a slider of twenty stops a decade."""
    return Amount(
        label, value, low, high, whole=whole, unit=unit, stops=stops(low, high, whole), ticks=ticks
    )


def evenly(
    label: str, value: float, low: float, high: float, step: float, *, unit: str = "",
    ticks: Mapping[float, str] | None = None,
) -> Amount:  # fmt: skip
    """A number with a slider in equal steps."""
    count = round((high - low) / step)
    places = [low + step * i for i in range(count + 1)]
    whole = float(step).is_integer() and float(low).is_integer()
    return Amount(label, value, low, high, whole=whole, unit=unit, stops=places, ticks=ticks)


def whole(label: str, value: int, least: int, most: int) -> Amount:
    """A labelled box for a whole number."""
    return Amount(label, value, least, most, whole=True)


def decimal(label: str, value: float, least: float, most: float) -> Amount:
    """A labelled box for a number."""
    return Amount(label, value, least, most)


def stops(low: float, high: float, whole: bool = True) -> list[float]:
    """Round values from low to high, twenty a decade; whole ones only once each."""
    first = math.floor(STOPS_A_DECADE * math.log10(low))
    last = math.ceil(STOPS_A_DECADE * math.log10(high))
    places = (float(f"{10 ** (i / STOPS_A_DECADE):.2g}") for i in range(first, last + 1))
    inside = (round(p) if whole else p for p in places)
    return sorted({low, high, *(p for p in inside if low < p < high)})
