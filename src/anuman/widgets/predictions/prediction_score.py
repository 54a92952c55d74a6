"""Predictions beside the truth, and the share of truths inside with its own uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from anuman.language import _, number

from ..kit.figure import Figure, folded, table_html, table_text
from ..kit.picture import Live
from ..kit.svg import Picture, paragraphs, stack
from . import calibration
from .reveal_strip import WIDTH, strip


def guess_words(entry: dict | None, unit: str) -> tuple[str, str]:
    """A prediction as texts: its guess and its interval, or dashes."""
    if entry is None:
        return "–", "–"
    return (
        f"{number(entry['guess'])} {unit}",
        f"{number(entry['low'])} – {number(entry['high'])} {unit}",
    )


class Score(Live):
    """A lesson's predictions beside the truth; says what to do while they are locked, then fills itself in."""

    def __init__(self, predictions):
        self.predictions = predictions
        super().__init__(self._figure)
        self._draw()
        predictions.on_unlock(self._draw)

    def _draw(self) -> None:
        asked = self.predictions
        if asked.locked:
            self.show(f'<div class="wide"><p>{escape(_waiting())}</p></div>', _waiting())
            return
        judged, outcomes = self._judge()
        hits = self._hits(outcomes)
        said = calibration.verdict(hits)
        twin = folded(_("The same as a table"), _table(judged))
        notice = f'<div class="banner"><p>{escape(asked.notice)}</p></div>' if asked.notice else ""
        for dropped in (False, True):  # the truths fall into their places
            strips = "".join(_strip(one, place, dropped) for place, one in enumerate(judged))
            below = f"<p>{escape(said)}</p>{_curve(hits)}{twin}{notice}"
            self.show(f'<div class="wide">{strips}{below}</div>', said)

    def _figure(self) -> Figure:
        if self.predictions.locked:
            return Figure(f"<p>{escape(_waiting())}</p>", _waiting())
        judged, outcomes = self._judge()
        hits = self._hits(outcomes)
        said = calibration.verdict(hits)
        words = table_text(*_cells(judged)) + "\n" + said
        html = _table(judged) + f"<p>{escape(said)}</p>"
        drawn = [part for one in judged if one.truth is not None for part in _still_parts(one)]
        if curve := calibration.curve(hits):
            drawn.append(curve)
        picture = stack(drawn, _("Your predictions and the truth"), said) if drawn else None
        return Figure(html, words, picture, html)

    def _judge(self) -> tuple[list["Judged"], dict[str, dict]]:
        """Every question judged, and question -> outcome of each prediction that counts."""
        asked = self.predictions
        counted, latest = (f(asked.lesson) for f in (asked.records.counted, asked.records.latest))
        judged, outcomes = [], {}
        for question in asked.questions:
            entry = counted.get(question.id) or latest.get(question.id)
            try:
                truth = question.answer()
            except Exception as error:  # an answer that fails must not hide the others
                failed = _("could not be computed: {error}").format(error=error)
                judged.append(Judged(question, entry, None, failed, "–"))
                continue
            inside = entry is not None and entry["low"] <= truth <= entry["high"]
            word = "–" if entry is None else _("yes") if inside else _("no")
            if question.id in counted:
                outcomes[question.id] = {
                    "kind": "outcome", "question": question.id, "truth": truth, "inside": inside
                }  # fmt: skip
            elif entry is not None:
                word += " " + _("(made after the answer was shown: not counted)")
            judged.append(Judged(question, entry, truth, f"{number(truth)} {question.unit}", word))
        return judged, outcomes

    def _hits(self, outcomes: dict[str, dict]) -> list[bool]:
        """Inside or not, for every prediction that counts in all lessons; keeps new outcomes."""
        asked = self.predictions
        known = {e["question"] for e in asked.records.of("outcome", asked.lesson)}
        if new := [o for name, o in outcomes.items() if name not in known]:
            asked.keep(new)
        others = [e["inside"] for e in asked.records.of("outcome") if e["lesson"] != asked.lesson]
        return others + [o["inside"] for o in outcomes.values()]


@dataclass(frozen=True)
class Judged:
    """A question, what was predicted, the truth (None where it could not be computed), both in words."""

    question: object
    entry: dict | None
    truth: float | None
    shown: str
    word: str


def _waiting() -> str:
    return _("Lock in your predictions above, or press “Show me”: then they stand here.")


def _cells(judged: Sequence[Judged]) -> tuple[list[str], list[list[str]]]:
    head = [
        _("question"), _("your best guess"), _("your 80 % interval"),
        _("true value"), _("inside?"),
    ]  # fmt: skip
    rows = [
        [one.question.text, *guess_words(one.entry, one.question.unit), one.shown, one.word]
        for one in judged
    ]
    return head, rows


def _table(judged: Sequence[Judged]) -> str:
    return table_html(*_cells(judged), _("Your predictions and the truth"))


def _strip(one: Judged, place: int, dropped: bool) -> str:
    """A question and its strip; words alone where there is no truth."""
    asked = f'<p class="ask"><b>{number(place + 1)}.</b> {escape(one.question.text)}</p>'
    if one.truth is None:
        return f"{asked}<p>{escape(one.shown)}</p>"
    late = _("(made after the answer was shown: not counted)")
    note = f'<p class="quiet">{escape(late)}</p>' if late in one.word else ""
    return asked + strip(one.entry, one.truth, one.question.unit, dropped).markup() + note


def _still_parts(one: Judged) -> list[Picture]:
    return [
        paragraphs([one.question.text], WIDTH), strip(one.entry, one.truth, one.question.unit)
    ]  # fmt: skip


def _curve(hits: Sequence[bool]) -> str:
    picture = calibration.curve(hits)
    return picture.markup() if picture else ""
