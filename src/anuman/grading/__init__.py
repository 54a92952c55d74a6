"""nbgrader, made safe against what submissions contain. Knows nothing of the course's content."""
