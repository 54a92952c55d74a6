"""Published measurements as charts, beside what the formulas say."""
