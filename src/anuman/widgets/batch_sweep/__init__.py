"""A real model's decode step at batch 1 to 32, measured against this machine's own roofline."""
