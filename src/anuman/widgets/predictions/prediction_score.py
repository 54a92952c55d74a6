"""Predictions beside the truth, and the share of truths inside with its own uncertainty."""

from html import escape

import ipywidgets

from anuman.language import _, number

from ..kit import style
from ..kit.figure import Figure, Live, table_html, table_text
from . import calibration


def guess_words(entry: dict | None, unit: str) -> tuple[str, str]:
    """A prediction as texts: its guess and its interval, or dashes."""
    if entry is None:
        return "–", "–"
    return (
        f"{number(entry['guess'])} {unit}",
        f"{number(entry['low'])} – {number(entry['high'])} {unit}",
    )


class Score(Live):
    """The table of a lesson's predictions; says what to do while they are locked, then fills itself in."""

    def __init__(self, predictions):
        super().__init__([ipywidgets.HTML()], self._figure)
        self.layout.max_width = "1040px"
        self.predictions = predictions
        self._draw()
        predictions.on_unlock(self._draw)

    def _draw(self) -> None:
        self.children[0].value = style.box(self._figure().html, card=False)

    def _figure(self) -> Figure:
        asked = self.predictions
        if asked.locked:
            words = _("Lock in your predictions above, or press “Show me”: then they stand here.")
            return Figure(f"<p>{escape(words)}</p>", words)
        head = [
            _("question"), _("your best guess"), _("your 80 % interval"),
            _("true value"), _("inside?"),
        ]  # fmt: skip
        rows, outcomes = self._judge()
        hits = self._hits(outcomes)
        said = calibration.verdict(hits)
        picture = calibration.curve(hits)
        html = table_html(head, rows, _("Your predictions and the truth"))
        html += f"<p>{escape(said)}</p>" + (picture.markup() if picture else "")
        if asked.notice:
            html += f'<div class="banner" role="status"><p>{escape(asked.notice)}</p></div>'
        return Figure(html, table_text(head, rows) + "\n" + said, picture)

    def _judge(self) -> tuple[list[list[str]], dict[str, dict]]:
        """Rows of the table, and question -> outcome of each prediction that counts."""
        asked = self.predictions
        counted, latest = (f(asked.lesson) for f in (asked.records.counted, asked.records.latest))
        rows, outcomes = [], {}
        for question in asked.questions:
            entry = counted.get(question.id) or latest.get(question.id)
            shown = guess_words(entry, question.unit)
            try:
                truth = question.answer()
            except Exception as error:  # an answer that fails must not hide the others
                failed = _("could not be computed: {error}").format(error=error)
                rows.append([question.text, *shown, failed, "–"])
                continue
            inside = entry is not None and entry["low"] <= truth <= entry["high"]
            word = "–" if entry is None else _("yes") if inside else _("no")
            if question.id in counted:
                outcomes[question.id] = {
                    "kind": "outcome", "question": question.id, "truth": truth, "inside": inside
                }  # fmt: skip
            elif entry is not None:
                word += " " + _("(made after the answer was shown: not counted)")
            rows.append([question.text, *shown, f"{number(truth)} {question.unit}", word])
        return rows, outcomes

    def _hits(self, outcomes: dict[str, dict]) -> list[bool]:
        """Inside or not, for every prediction that counts in all lessons; keeps new outcomes."""
        asked = self.predictions
        known = {e["question"] for e in asked.records.of("outcome", asked.lesson)}
        if new := [o for name, o in outcomes.items() if name not in known]:
            asked.keep(new)
        others = [e["inside"] for e in asked.records.of("outcome") if e["lesson"] != asked.lesson]
        return others + [o["inside"] for o in outcomes.values()]
