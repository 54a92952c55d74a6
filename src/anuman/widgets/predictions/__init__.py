"""Predictions before the answer: asked, kept on the learner's disk, scored and reported."""
