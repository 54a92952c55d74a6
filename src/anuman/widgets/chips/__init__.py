"""The central widget of lesson 08: a model on chips of five kinds, and what a token takes on each."""
