"""A class without a teacher who reads: assignments without their hand-graded questions."""

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

TAG = "hand-graded"


class DropHandGraded(NbGraderPreprocessor):
    """Leaves out every cell with the tag "hand-graded": the question and its answer."""

    enabled = Bool(False, help="Whether to leave out the hand-graded questions.").tag(config=True)

    def preprocess(self, nb, resources):
        nb.cells = [cell for cell in nb.cells if TAG not in cell.metadata.get("tags", [])]
        return nb, resources
