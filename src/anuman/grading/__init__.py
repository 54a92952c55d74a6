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
    ) -> ClassResult

Raises results.BadCourse (nothing that could be graded) and possible.CannotIsolate (no sandbox here).
`ClassResult.as_json()` is what `--json FILE` holds:

    {"assignment", "students": [{"id", "status", "points", "max_points", "tasks", "notes"}], "summary", "doubts"}
    task:    {"id", "notebook", "points", "max_points", "reason"}; points null: a person reads it
    status:  "graded" in this run, "done" graded before, "failed" (notes say why; nothing recorded)
    doubts:  tests that nobody has passed in full, and the teacher's own answers do not pass either
    summary: {"tasks": [{"id", "notebook", "graded", "mean", "median", "full", "zero"}],
              "reasons": [{"task", "reason", "count"}]}

How it works, module by module, from the inside out:

- namespaces, seccomp, sandbox: a process that sees a read-only system and one scratch folder.
- codec, wire: plain data as JSON and raw buffers, in frames that may come from a hostile process.
- zygote: a warm Python that forks sandboxed learner processes and trusted processes.
- shell, learner: the learner's cells, run as IPython would, outputs as nbformat dicts.
- proxies, link, trusted: the teacher's cells, run apart; the learner's names call into the sandbox.
- session, claimed, worker: one notebook, one submission: time limits, replays, outputs.
- intake, staging: a submission's files read safely; its answers put into the release notebook.
- course, bindings: the course on disk; whose a name is, the teacher's or the answers'.
- gradebook, graded_notebook, recorder: nbgrader's records; one commit a submission.
- pool, cluster, grade: local and Dask workers; the command.
"""
