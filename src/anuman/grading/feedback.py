"""Feedback pages that do not show the hidden tests."""

from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests


class HideTests(ClearHiddenTests):
    """Removes hidden tests from test cells only.

    nbgrader's own preprocessor looks at every cell, and fails on a learner's cell that happens to
    contain its delimiter.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if utils.is_grade(cell) and not utils.is_solution(cell):
            self._remove_hidden_test_region(cell)
        return cell, resources
