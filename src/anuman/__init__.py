"""Anuman (अनुमान): the library behind the course on AI inference."""
