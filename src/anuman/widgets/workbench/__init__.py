"""The central widget of lesson 11: every claim of the five articles, to be tested and judged."""
