"""The central widget of lesson 03: one request on the chips of the news, side by side."""
