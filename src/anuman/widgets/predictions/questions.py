"""Predictions before the answer: a guess and an 80 % interval a question, kept on the learner's disk."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import ipywidgets

from anuman.language import _, number

from ..kit import style
from ..kit.figure import Figure, Live, table_html, table_text
from ..kit.number_parser import parse
from . import prediction_file
from .prediction_file import Records
from .prediction_score import Score, guess_words
from .progress_report import report as progress_report

__all__ = ["Predictions", "Question", "predictions", "progress_report"]

WIDE = {"description_width": "initial"}


@dataclass(frozen=True)
class Question:
    """A question with a number as its answer; truth: the number, or a function that computes it."""

    id: str
    text: str
    unit: str
    truth: float | Callable[[], float]

    def answer(self) -> float:
        """The true value. Raises ValueError when it is not a finite number."""
        value = float(self.truth() if callable(self.truth) else self.truth)
        if not math.isfinite(value):
            raise ValueError(f"the answer to {self.id!r} is {value}, not a finite number")
        return value


class Predictions(Live):
    """Asks the questions. `locked` until all are answered or "Show me" was pressed; on_unlock(f) then calls f."""

    def __init__(self, lesson: str, questions: Sequence[Question]):
        ids = [q.id for q in questions]
        if not questions or len(set(ids)) != len(ids):
            raise ValueError(f"predictions need questions with different ids, not {ids}")
        super().__init__([], self._still)
        self.layout.max_width = "1040px"
        self.lesson, self.questions = lesson, tuple(questions)
        self.notice = ""
        self.records = self._read()
        self._listeners: list[Callable[[], object]] = []
        answered = all(q.id in self.records.latest(lesson) for q in questions)
        self.locked = not (answered or self.records.of("shown", lesson))
        self._show_answers() if answered else self._show_form()

    def on_unlock(self, listener: Callable[[], object]) -> None:
        """Call `listener` when the predictions are locked in or shown, at once if they are already."""
        self._listeners.append(listener)
        if not self.locked:
            listener()

    def score(self) -> Score:
        """Guess, interval, truth of every question, and the share of truths inside; fills itself in later."""
        return Score(self)

    def _read(self) -> Records:
        try:
            records = prediction_file.read()
        except OSError as error:
            self.notice = _("Your earlier predictions cannot be read: {error}").format(error=error)
            return Records(prediction_file.file(), (), ())
        if records.damaged:
            self.notice = _(
                "{count} damaged lines in {file} were left as they are; the others are used."
            ).format(count=len(records.damaged), file=records.path)
        return records

    def keep(self, entries: list[dict]) -> None:
        """Append records of this lesson to the learner's file; a failure is told, never raised."""
        entries = [{"lesson": self.lesson, **entry} for entry in entries]
        try:
            prediction_file.append(entries)
        except OSError as error:
            self.notice = _("This could not be saved and will be forgotten: {error}").format(
                error=error
            )
            held = self.records
            self.records = Records(held.path, (*held.entries, *entries), held.damaged)
        else:
            self.records = self._read()

    def _button(self, label: str, action: Callable[[], None], kind: str = "") -> ipywidgets.Button:
        button = ipywidgets.Button(
            description=label, button_style=kind, layout=ipywidgets.Layout(width="auto")
        )
        button.on_click(lambda _button: action())
        return button

    def _show_form(self) -> None:
        earlier = self.records.latest(self.lesson)
        self.inputs: dict[str, tuple[ipywidgets.Text, ...]] = {}
        parts: list[ipywidgets.Widget] = []
        for place, question in enumerate(self.questions, 1):
            words = (_("best guess"), _("80 % interval from"), _("to"))
            given = earlier.get(question.id)
            values = [f"{given[k]:.12g}" for k in ("guess", "low", "high")] if given else [""] * 3
            fields = tuple(
                ipywidgets.Text(
                    value=value, description=f"{place}. {word}", placeholder=question.unit,
                    continuous_update=False,  # else the last keys may arrive after "Lock in"
                    style=WIDE, layout=ipywidgets.Layout(width="auto", min_width="170px", flex="1 1 190px"),
                )
                for word, value in zip(words, values, strict=True)
            )  # fmt: skip
            self.inputs[question.id] = fields
            asked = f"<p class='ask'><b>{place}.</b> {escape(question.text)} ({escape(question.unit)})</p>"
            parts.append(ipywidgets.HTML(style.box(asked, card=False)))
            row = ipywidgets.Layout(
                display="flex", flex_flow="row wrap", width="100%", grid_gap="2px 20px"
            )
            parts.append(ipywidgets.Box(fields, layout=row))
        self.message = ipywidgets.HTML(self._note(self.notice))
        buttons = [self._button(_("Lock in"), self.lock_in, "primary")]
        if self.locked:
            buttons.append(self._button(_("Show me"), self.show))
        self.children = [*parts, self.message, ipywidgets.HBox(buttons)]

    def _note(self, text: str, role: str = "status") -> str:
        said = f'<div class="banner" role="{role}"><p>{text}</p></div>' if text else ""
        return style.box(said, card=False) if said else ""

    def _show_answers(self) -> None:
        html = style.box(self._table(), card=False) + self._note(escape(self.notice))
        again = self._button(_("Predict again"), self._show_form)
        self.children = [ipywidgets.HTML(html), ipywidgets.HBox([again])]

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        given = self.records.latest(self.lesson)
        head = [_("question"), _("your best guess"), _("your 80 % interval")]
        return head, [[q.text, *guess_words(given.get(q.id), q.unit)] for q in self.questions]

    def _table(self) -> str:
        return table_html(*self._rows(), caption=_("Your predictions"))

    def _still(self) -> Figure:
        return Figure(self._table(), table_text(*self._rows(), caption=_("Your predictions")))

    def _typed(self) -> tuple[list[dict], list[str]]:
        """Records of what stands in the form, and what is wrong with it."""
        entries, problems, empty = [], [], []
        for place, question in enumerate(self.questions, 1):
            values = []
            for field in self.inputs[question.id]:
                if not field.value.strip():
                    empty.append(field.description)
                    continue
                try:
                    values.append(parse(field.value, question.unit))
                except ValueError as error:
                    problems.append(f"{field.description}: {error}.")
            if len(values) < 3:
                continue
            guess, low, high = values
            if not low <= guess <= high:
                problems.append(
                    _(
                        "{place}. The interval from {low} to {high} does not hold your best guess "
                        "{guess}: widen it, or change the guess."
                    ).format(place=place, low=number(low), high=number(high), guess=number(guess))
                )
            entries.append(
                {"kind": "prediction", "question": question.id, "unit": question.unit,
                 "guess": guess, "low": low, "high": high}
            )  # fmt: skip
        if empty:
            words = _("Still empty: {fields}. Type a number in each, or press “Show me”.")
            problems.insert(0, words.format(fields="; ".join(empty)))
        return entries, problems

    def lock_in(self) -> None:
        """Keep what was typed and open what waits for it; otherwise say what is wrong with it."""
        entries, problems = self._typed()
        if problems:
            self.message.value = self._note("<br>".join(escape(p) for p in problems), "alert")
            return
        earlier = self.records.latest(self.lesson)
        names = ("guess", "low", "high")
        changed = [
            e for e in entries
            if not (old := earlier.get(e["question"])) or any(old[n] != e[n] for n in names)
        ]  # fmt: skip
        if changed:
            self.keep(changed)
        self._show_answers()
        self._unlock()

    def show(self) -> None:
        """Open what waits for the predictions without any; later ones are kept but not counted."""
        self.keep([{"kind": "shown"}])
        self.locked = False
        self._show_form()
        self._unlock()

    def _unlock(self) -> None:
        self.locked = False
        for listener in self._listeners:
            listener()


def predictions(lesson: str, questions: Sequence[Question]) -> Predictions:
    """Ask for predictions of this lesson's numbers; give the result to widgets that should wait for them."""
    return Predictions(lesson, questions)
