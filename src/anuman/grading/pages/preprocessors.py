"""What a learner's feedback pages show: reasons for lost points, no hidden tests, nothing that runs."""

from html import escape

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor

from ...language import N_, both, in_one, language
from ..course.fingerprint import error_line, fingerprint
from ..records.clean import clean_notebook
from .page_reasons import Delimiters, hidden_lines, why

NOT_SHOWN = N_(
    "What this cell put out when it was graded is not shown here, since hidden tests had run before: run it in your own notebook."
)


class SafeToRead(NbGraderPreprocessor):
    """Makes a graded notebook safe to read: Formgrader shows it to the teacher."""

    def preprocess(self, nb, resources):
        clean_notebook(nb)
        return nb, resources


class Clean(NbGraderPreprocessor):
    """Makes the notebook safe to read, and leaves out what a learner's cell could have learnt from hidden tests.

    A function may keep the inputs that a hidden test gives it, and a later cell may show them. So
    what the cells behind the first hidden test put out is shown only if it is, in all of them,
    exactly what the submitted notebook had. One cell that differs hides it all: a page that
    decided for each cell would give away a bit a cell.
    """

    def preprocess(self, nb, resources):
        own, teachers = _behind_hidden(nb.cells, _delimiters(self))
        for cell in teachers:
            # The learner's process ran it too, and there is no handed in output to compare with.
            cell.outputs = []
        if all(fingerprint(cell.outputs) == _claimed(cell) for cell in own):
            for output in (output for cell in own for output in cell.outputs):
                if output.output_type == "error":
                    output.traceback = [error_line(output)]  # the rest was not compared
        else:
            _hide(own)
        clean_notebook(nb)
        return nb, resources


def _behind_hidden(
    cells: list[NotebookNode], delimiters: Delimiters
) -> tuple[list[NotebookNode], list[NotebookNode]]:
    """The code cells behind the first hidden test that are no tests: the learner's, and locked ones."""
    own, teachers, seen_hidden = [], [], False
    for cell in cells:
        if _is_test(cell):
            seen_hidden = seen_hidden or bool(hidden_lines(cell.source, delimiters))
        elif seen_hidden and cell.cell_type == "code":
            (teachers if utils.is_locked(cell) else own).append(cell)
    return own, teachers


def _hide(cells: list[NotebookNode]) -> None:
    """Take the outputs away, and say so where the learner handed in some (or else once).

    Where the sentence stands depends on what was handed in only, never on what was put out.
    """
    explained = [cell for cell in cells if _claimed(cell)] or cells[:1]
    for cell in cells:
        cell.outputs = []
    for cell in explained:
        cell.outputs = _to_the_reader(*both(NOT_SHOWN))


def _claimed(cell: NotebookNode) -> str:
    """The mark of the outputs that were handed in with the cell."""
    return cell.metadata.get("anuman", {}).get("claimed") or ""


class HideTests(ClearHiddenTests):
    """Removes hidden tests from test cells, and puts reasons in the place of their outputs.

    nbgrader's own preprocessor leaves tracebacks, with their source lines; and it looks at every
    cell, so that it fails on a learner's cell that happens to contain its delimiter. Runs after
    GetGrades, which knows the points.
    """

    def preprocess(self, nb, resources):
        answers = []
        for cell in nb.cells:
            if _is_test(cell):
                _explain(cell, answers, _delimiters(self))
                self._remove_hidden_test_region(cell)
                answers = []
            elif utils.is_solution(cell):
                answers.append(cell)
        return nb, resources


def _explain(test: NotebookNode, answers: list[NotebookNode], delimiters: Delimiters) -> None:
    """Replace a test cell's outputs by what its checker said, or by why points are lost."""
    said, outputs = checker_said(test), test.outputs
    about = test.metadata.nbgrader
    lost = about.get("score") is not None and about.score < about.points
    test.outputs = _to_the_reader(*in_one(said, "en")) if said else []
    if lost and not said:
        test.outputs = _to_the_reader(*why(test, outputs, answers, delimiters))


def checker_said(test: NotebookNode) -> str:
    """What the teacher's code printed.

    In a test that ran apart from the learner's code that is everything; in one that nbgrader itself
    ran, what stands below a checker's own heading, "task: … points". What a test prints that ran in
    the learner's process may be the learner's: nothing of it is shown.
    """
    if test.metadata.get("anuman", {}).get("together"):
        return ""
    text = "".join(o.text for o in test.outputs if o.output_type == "stream" and o.name == "stdout")
    if test.metadata.get("anuman", {}).get("apart"):
        return text.strip()
    lines = text.splitlines()
    start = f"{test.metadata.nbgrader.grade_id}: "
    headings = [at for at, line in enumerate(lines) if line.startswith(start)]
    return "\n".join(lines[headings[-1] :]).strip() if headings else ""


def _is_test(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def _delimiters(preprocessor: NbGraderPreprocessor) -> Delimiters:
    hidden = ClearHiddenTests(parent=preprocessor)
    return Delimiters(hidden.begin_test_delimeter, hidden.end_test_delimeter)


def _to_the_reader(english: str, hindi: str | None = None) -> list[NotebookNode]:
    """What is said, in the page's language; the other language folded below it."""
    first, other, name, code = english, hindi, "हिन्दी", "hi"
    if hindi and language() == "hi":
        first, other, name, code = hindi, english, "English", "en"
    outputs = [new_output("stream", name="stdout", text=first + "\n")]
    if other:
        folded = (
            f'<details lang="{code}"><summary>{name}</summary><pre>{escape(other)}</pre></details>'
        )
        outputs.append(new_output("display_data", {"text/html": folded, "text/plain": other}))
    return outputs
