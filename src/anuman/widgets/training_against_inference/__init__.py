"""The course's small model is trained while one watches, beside what inference costs."""
