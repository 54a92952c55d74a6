"""What a learner reads: `anuman feedback`.

- feedback_pages: one page a graded notebook; page_exporter: nbconvert's, for text of a learner's.
- preprocessors: hidden tests taken out, reasons put in; page_reasons: their sentences.
"""
