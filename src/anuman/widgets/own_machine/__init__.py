"""The learner's own machine as charts: measured, and beside what the formulas say."""
