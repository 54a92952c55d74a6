"""What each lesson asks and works out, one module a lesson; the notebooks only show it."""
