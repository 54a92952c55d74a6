"""Drills: problems of one law without end, each judged at once; ten in a row are remembered."""

import re
import secrets
from html import escape

from anuman.check import drilling
from anuman.language import _, ended, language, number
from anuman.widgets.kit.controls import Button, Text
from anuman.widgets.kit.figure import Figure
from anuman.widgets.kit.number_parser import parse
from anuman.widgets.kit.picture import Live
from anuman.widgets.predictions import prediction_file

ENOUGH = 10  # right in a row
POWER = re.compile(r"e\+?(-?)0*(\d+)")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class DrillCard(Live):
    """A drawn problem, a field for its number, and what is said of it. row: right at the first try, in a row."""

    def __init__(self, *task_ids: str):
        super().__init__(self._still)
        self.task_ids, self.count, self.row = task_ids, 0, 0
        self.done = self.tried = False
        self.buttons = [
            self._button(_("Check"), self.judge, primary=True),
            self._button(_("Show the working"), self.reveal),
            self._button(_("Another one"), self.draw),
        ]
        self.draw()

    @staticmethod
    def _button(label: str, action, primary: bool = False) -> Button:
        button = Button(label, primary=primary)
        button.on_click(lambda _button: action())
        return button

    def draw(self) -> None:
        """Ask the next problem; one that was left unanswered ends the row."""
        if self.count and not self.done:
            self.row = 0
        task_id = self.task_ids[self.count % len(self.task_ids)]
        self.problem = drilling.problem(task_id, secrets.token_hex(8))
        self.count += 1
        self.done = self.tried = False
        self.number = Text(_("your number"), unit=self.problem.task.drill.unit)
        self.place(foot=[self.number, *self.buttons])
        self._say()

    def judge(self) -> None:
        """Hold the typed number against the law."""
        if self.done:
            return
        self.number.problem = ""
        try:
            value = parse(self.number.value, self.problem.task.drill.unit)
        except ValueError as error:
            self.number.problem = str(error)
            return
        wrong = self.problem.judge(value)
        if wrong:
            self.tried, self.row = True, 0
            self._say(*(message.said(language()) for message in wrong))
            return
        self.row += not self.tried
        kept = self._remember() if self.row == ENOUGH else ""
        self._end(_("Right. {count} in a row.").format(count=number(self.row)), kept)

    def reveal(self) -> None:
        """Show how the number comes about; the row begins again."""
        if not self.done:
            self.row = 0
            self._end()

    def _end(self, *said: str) -> None:
        self.done = True
        unit = self.problem.task.drill.unit
        worked = f"{readable(self.problem.worked)} = {number(self.problem.answer)} {unit}"
        self._say(*filter(None, said), worked.rstrip())

    def _remember(self) -> str:
        lesson, _slash, name = self.problem.task.id.partition("/")
        try:
            prediction_file.append(
                [{"kind": "drill", "lesson": lesson, "question": name, "row": self.row}]
            )
        except OSError as error:
            return _("This could not be saved and will be forgotten: {error}").format(error=error)
        return _("Ten in a row are remembered: you have this law.")

    def _say(self, *lines: str) -> None:
        asked = self.problem.question.said(language())
        rows = escape(asked).replace("; ", ";<br/>")  # a log, row by row
        said = "".join(f"<p>{escape(line)}</p>" for line in lines)
        heard = f'<div class="banner" role="status">{said}</div>' if said else ""
        self.show(
            f'<div class="wide"><h3 class="minor">{escape(_("A drill"))}</h3><p>{rows}</p>{heard}</div>',
            " ".join([asked, *lines]),
        )

    def _still(self) -> Figure:
        said = _("Run the cell: it draws a problem, and another, for as long as you like.")
        return Figure(f"<p><b>{escape(ended(_('A drill')))}</b> {escape(said)}</p>", said)


def readable(worked: str) -> str:
    """The arithmetic with powers of ten as they are printed: 3e+09 is 3×10⁹."""
    return POWER.sub(lambda power: "×10" + (power[1] + power[2]).translate(RAISED), worked)


def drill(*task_ids: str) -> DrillCard:
    """Problems of these tasks, "02-roofline/step_time", in turn. Raises UnknownTask for one without a drill."""
    return DrillCard(*task_ids)
