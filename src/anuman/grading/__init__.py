"""nbgrader, made fast, fair and safe against what submissions contain. Knows nothing of the course's content.

`grade.grade_course(course, assignment, ...)` grades a class; `anuman grade` is its command:

    grade_course(
        course: Path,                # folder with nbgrader_config.py (any nbgrader course)
        assignment: str,
        student: str = "*",          # one id, or a glob
        force: bool = False,         # grade again what is graded already
        workers: int | None = None,  # processes on this machine; None: one a core
        scheduler: str | None = None,  # address of a Dask scheduler instead
        unsafe: bool = False,        # run without isolation where the system has none
        progress: Callable[[Progress], None] | None = None,
        apart: bool = False,         # run every test apart, whatever the teacher's answers show
        try_answers: bool = True,    # grade the teacher's own answers before anybody's
    ) -> ClassResult

Raises course.errors.BadCourse (nothing that could be graded) and isolation.preflight.CannotIsolate
(no sandbox here).
`ClassResult.as_json()` is what `--json FILE` holds:

    {"assignment", "students": [{"id", "status", "points", "max_points", "tasks", "notes"}], "summary",
     "doubts", "together"}
    task:    {"id", "notebook", "points", "max_points", "reason"}; points null: a person reads it
    status:  "graded" in this run, "done" graded before, "failed" (notes say why; nothing recorded)
    doubts:  tests that nobody has passed in full, and the teacher's own answers do not pass either
    together: tests that ran in one process with the learner's code ("notebook/test")
    summary: {"tasks": [{"id", "notebook", "graded", "mean", "median", "full", "zero"}],
              "reasons": [{"task", "reason", "count"}]}

`grade.nonsense(course, assignment, ...)` grades nobody: it says which tests nonsense would pass
(`anuman grade --nonsense`).

The rooms, each of which uses only those named before it:

- isolation: a process that sees a read-only system and one scratch folder; the frames that pass its
  walls.
- course: the course and a submission as they are read, the answers put into the release notebook.
- running: a notebook's cells, run in a learner's process and in one of the tests.
- records: graded notebooks, nbgrader's gradebook, results, exports.
- pages: what a learner's feedback page shows.

On top: worker (one submission), pool and cluster (many), evidence (the teacher's own answers, and how
each test is run), nonsense (what tests make of no answer at all), class_run and grade (`anuman grade`), self_check and scratch (`anuman check`).
test_helpers is for tests to import. nbgrader's own commands load
hand_graded, submission, execute and feedback, which a course's nbgrader_config.py names.
"""


def __getattr__(name: str):
    if name == "across":  # as tests written for earlier versions call it
        from . import test_helpers

        return test_helpers
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
