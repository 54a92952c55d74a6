"""How the cells of one notebook run.

- session: one notebook from its first cell to its last: its processes, limits, replays; stopped: a cell
  that did not come to its end; time_limits: when it is stopped, on a busy machine too.
- zygotes: a worker's warm processes; zygote: what runs in them and forks; process: one that was forked.
- shell: a cell run as IPython would, its outputs as nbformat has them.
- learner: the process of the learner's cells; withheld: modules that it has not;
  learner_outputs: what it says its cells put out, within limits; nonsense_values: what stands there
  in the place of answers when tests are tried with nonsense.
- trusted: the process of the teacher's cells; link, proxies: the learner's names in it, whose calls go
  to the learner's process.
"""
