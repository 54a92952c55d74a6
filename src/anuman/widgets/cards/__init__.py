"""Cards of the news: what articles claim, what became of it, and names to be sorted."""
