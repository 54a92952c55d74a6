"""Where a learner's code runs: behind walls, and what passes them.

- namespaces, seccomp, sandbox: a forked process that sees a read-only system and one scratch folder.
- preflight: whether this system can do that, found out by doing it.
- codec, wire: plain data as JSON and raw buffers, in frames that may come from a hostile process.
"""
