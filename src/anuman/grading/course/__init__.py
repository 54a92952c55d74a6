"""What is graded: the teacher's course on disk, and what was handed in.

- folder: an nbgrader course and its assignments; configuration: its settings, as nbgrader finds them;
  settings: of the grader's own; shared: a course of several teachers; errors: why nothing can be graded.
- official: nbgrader's own record of an assignment's cells.
- template: the teacher's notebook as it is graded, and whose the names in it are.
- work: what a worker is given and gives back, as plain data.
- bindings: names that a cell binds, changes and imports: whose a name is, the teacher's or the learner's.
- intake, notebook_file, fingerprint: a submission's files and cells, read as untrusted.
- handed_in: which file is which notebook; staging: the learner's answers put into the teacher's notebook.
- learner_file: the notebook that `anuman check` is given.
"""
