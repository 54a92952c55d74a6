"""The central widget of lesson 09: what tokens cost and how long answers take, on every chip that is for rent."""
