"""nbgrader's settings for this course. Commands: `nbgrader COMMAND` in this folder.

ANUMAN_HAND_GRADED=0 leaves the hand-graded questions out of every assignment generated from then on.
NBGRADER_EXCHANGE names the exchange folder, where nbgrader's own default does not suit.
"""

import os
from pathlib import Path

import anuman

c = get_config()  # noqa: F821

c.CourseDirectory.root = str(Path(__file__).absolute().parent)
c.CourseDirectory.course_id = "anuman"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
if os.environ.get("NBGRADER_EXCHANGE"):
    c.Exchange.root = os.environ["NBGRADER_EXCHANGE"]

# nbgrader's pages fetch MathJax from the Internet; these templates, found first, do not.
DATA = str(Path(anuman.__file__).parent / "grading" / "jupyter_data")
found = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
if DATA not in found:
    os.environ["JUPYTER_PATH"] = os.pathsep.join([DATA, *filter(None, found)])

c.ClearSolutions.code_stub = {
    "python": "# Your code here (अपना कोड यहाँ लिखिए)\nraise NotImplementedError()"
}
c.ClearSolutions.text_stub = "Your answer here (अपना उत्तर यहाँ लिखिए)"

# One cell that never ends costs 20 s and its own points, not the notebook's.
c.Execute.timeout = 20
c.Execute.interrupt_on_timeout = True
c.Execute.store_widget_state = False  # saved widget state makes feedback pages blank offline
c.Execute.shutdown_kernel = "immediate"
c.Execute.extra_arguments = ["--IPKernelApp.log_level=ERROR"]  # no warnings of the kernel's own

# Every test runs apart from learners' code, whatever the answers show: nothing of it can be forged.
c.GradeSettings.tests = "apart"

c.GenerateAssignment.preprocessors.prepend(["anuman.grading.hand_graded.DropHandGraded"])
c.DropHandGraded.enabled = os.environ.get("ANUMAN_HAND_GRADED") == "0"

c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "anuman.grading.submission.Tidy",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "anuman.grading.execute.Execute",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
    "anuman.grading.feedback.SafeToRead",
]
c.GenerateFeedback.preprocessors = [
    "anuman.grading.feedback.Clean",
    "nbgrader.preprocessors.GetGrades",
    "anuman.grading.feedback.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
