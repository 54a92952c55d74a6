"""Where a learner's code runs: behind walls, and what passes them.

- namespaces, sandbox: a forked process in a world of its own; root: what it sees there; seccomp,
  system_calls: what it may ask the kernel for.
- preflight: whether this system can do that, found out by doing it.
- codec, wire: plain data as JSON and raw buffers, in frames that may come from a hostile process.
"""
