"""What a learner reads: `anuman feedback`.

- feedback_pages: one page a graded notebook; page_exporter, page_markdown: nbconvert's
  own, for text of a learner's, with formulas and pictures in the page.
- preprocessors: hidden tests taken out, reasons put in; page_reasons: their sentences.
"""
