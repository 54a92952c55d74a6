"""What a learner reads: `anuman feedback`.

- feedback_pages: one page a graded notebook.
- preprocessors: hidden tests taken out, reasons put in; page_reasons: their sentences.
"""
