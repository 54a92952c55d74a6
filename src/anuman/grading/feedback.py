"""Feedback pages that do not show the hidden tests."""

from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests


class HideTests(ClearHiddenTests):
    """Removes hidden tests from test cells, and the source lines in their tracebacks.

    nbgrader's own preprocessor leaves the tracebacks; and it looks at every cell, so that it fails
    on a learner's cell that happens to contain its delimiter.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if utils.is_grade(cell) and not utils.is_solution(cell):
            self._remove_hidden_test_region(cell)
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources
