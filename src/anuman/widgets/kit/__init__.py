"""What widgets are made of: drawing, charts, style, figures, controls behind a gate, work in the background."""
