"""Two batching policies on the same requests: who is faster, for whom, and why."""
