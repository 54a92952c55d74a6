"""Predictions before the answer: a guess and an 80 % interval a question, kept on the learner's disk."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from anuman.language import _, number

from ..kit.controls import Button, Text
from ..kit.figure import Figure, table_html, table_text
from ..kit.number_parser import parse
from ..kit.picture import Live
from . import prediction_file
from .prediction_file import Records
from .prediction_score import Score, guess_words

__all__ = ["Predictions", "Question", "predictions"]


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


class _Gate:
    """What all predictions of one lesson in this kernel share: a gate that is run again opens the same doors."""

    def __init__(self):
        self.locked = True
        self.records: Records | None = None  # as they stand in the file
        self.listeners: list[Callable[[], object]] = []

    def open(self) -> None:
        """Unlock, and tell everybody who waits."""
        self.locked = False
        for listener in self.listeners:
            listener()


_gates: dict[tuple[str, str], _Gate] = {}  # by file of the records and lesson


class Predictions(Live):
    """Asks the questions. `locked` until all are answered or "Show me" was pressed; on_unlock(f) then calls f."""

    def __init__(self, lesson: str, questions: Sequence[Question]):
        ids = [q.id for q in questions]
        if not questions or len(set(ids)) != len(ids):
            raise ValueError(f"predictions need questions with different ids, not {ids}")
        super().__init__(self._still)
        self.lesson, self.questions = lesson, tuple(questions)
        self.notice = ""
        self._gate = _gates.setdefault((str(prediction_file.file()), lesson), _Gate())
        self.records = self._read()
        answered = all(q.id in self.records.latest(lesson) for q in questions)
        known = answered or bool(self.records.of("shown", lesson))
        if known and self._gate.locked:
            self._gate.open()
        elif not known:
            self._gate.locked = True
        self._show_answers() if answered else self._show_form()

    @property
    def records(self) -> Records:
        """All records of the learner's file."""
        return self._gate.records

    @records.setter
    def records(self, found: Records) -> None:
        self._gate.records = found

    @property
    def locked(self) -> bool:
        """Whether the answers still have to be hidden."""
        return self._gate.locked

    def on_unlock(self, listener: Callable[[], object]) -> None:
        """Call `listener` when the predictions are locked in or shown, at once if they are already."""
        self._gate.listeners.append(listener)
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

    def _button(self, label: str, action: Callable[[], None], primary: bool = False) -> Button:
        button = Button(label, primary=primary)
        button.on_click(lambda _button: action())
        return button

    def _show_form(self) -> None:
        earlier = self.records.latest(self.lesson)
        self.inputs: dict[str, tuple[Text, ...]] = {}
        fields: list[Text] = []
        for place, question in enumerate(self.questions, 1):
            words = (_("best guess"), _("80 % interval from"), _("80 % interval to"))
            given = earlier.get(question.id)
            values = [f"{given[k]:.12g}" for k in ("guess", "low", "high")] if given else [""] * 3
            asked = f"{place}. {question.text}"
            self.inputs[question.id] = tuple(
                Text(word, value, unit=question.unit, group=asked)
                for word, value in zip(words, values, strict=True)
            )
            fields += self.inputs[question.id]
        buttons = [self._button(_("Lock in"), self.lock_in, primary=True)]
        if self.locked:
            buttons.append(self._button(_("Show me"), self.reveal))
        self.place(form=fields, foot=buttons)
        self._say([self.notice] if self.notice else [])

    def _say(self, lines: Sequence[str], role: str = "status") -> None:
        """Words below the form."""
        said = "".join(f"<p>{escape(line)}</p>" for line in lines)
        self.show(f'<div class="banner" role="{role}">{said}</div>' if said else "", "")

    def _show_answers(self) -> None:
        self.place(foot=[self._button(_("Predict again"), self._show_form)])
        note = f'<div class="banner"><p>{escape(self.notice)}</p></div>' if self.notice else ""
        self.show(f'<div class="wide">{self._table()}{note}</div>', _("Your predictions are kept."))

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        given = self.records.latest(self.lesson)
        head = [_("question"), _("your best guess"), _("your 80 % interval")]
        return head, [[q.text, *guess_words(given.get(q.id), q.unit)] for q in self.questions]

    def _table(self) -> str:
        return table_html(*self._rows(), caption=_("Your predictions"))

    def _still(self) -> Figure:
        return Figure(self._table(), table_text(*self._rows(), caption=_("Your predictions")))

    def _typed(self) -> tuple[list[dict], list[str]]:
        """Records of what stands in the form, and what is wrong with it, said at the fields too."""
        entries, problems, empty = [], [], []
        for place, question in enumerate(self.questions, 1):
            values = []
            for field in self.inputs[question.id]:
                field.problem = ""
                if not field.value.strip():
                    empty.append(f"{place}. {field.label}")
                    field.problem = _("still empty")
                    continue
                try:
                    values.append(parse(field.value, question.unit))
                except ValueError as error:
                    field.problem = str(error)
                    said = _("{place}. {field}: {error}.")
                    problems.append(said.format(place=place, field=field.label, error=error))
            if len(values) < 3:
                continue
            guess, low, high = values
            if not low <= guess <= high:
                said = _(
                    "{place}. The interval from {low} to {high} does not hold your best guess "
                    "{guess}: widen it, or change the guess."
                )
                problems.append(
                    said.format(
                        place=place, low=number(low), high=number(high), guess=number(guess)
                    )
                )
                for field in self.inputs[question.id][1:]:
                    field.problem = _("does not hold your guess")
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
        with self.together():
            entries, problems = self._typed()
        if problems:
            self._say(problems, "alert")
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
        self._gate.open()

    def reveal(self) -> None:
        """Open what waits for the predictions without any; later ones are kept but not counted."""
        self.keep([{"kind": "shown"}])
        self._gate.locked = False
        self._show_form()
        self._gate.open()


def predictions(lesson: str, questions: Sequence[Question]) -> Predictions:
    """Ask for predictions of this lesson's numbers; give the result to widgets that should wait for them."""
    return Predictions(lesson, questions)
