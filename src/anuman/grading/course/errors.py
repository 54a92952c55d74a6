"""Why nothing can be graded."""


class BadCourse(ValueError):
    """Nothing can be graded here; the message says why and what to do."""
