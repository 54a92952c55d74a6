"""What a grading leaves behind.

- clean, clean_markdown, clean_picture: notebooks made safe to read.
- graded_notebook: the cells with their outputs as a notebook; reasons: why points were lost, read from it.
- gradebook: nbgrader's gradebook, one transaction a submission; recorder: writes grades and folders.
- report, results: a student's tasks, a class; model_answers: the teacher's own answers, graded alike.
- written_answers: what is remarked about answers that a person reads.
- export: `anuman export`, grades as tables.
"""
