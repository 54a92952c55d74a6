"""One notebook: a learner's process and a trusted one, their cells in order, limits on each."""

import contextlib
import secrets
import time

from ..course.bindings import definitions
from ..course.work import LEARNER, TEST, TEXT, Cell, Rules, Template
from ..isolation import wire
from .learner_outputs import LearnerOutputs
from .process import Process
from .stopped import LOST, TIMEOUT, Blame, Stopped
from .time_limits import TimeLimit
from .zygotes import CannotStart, Zygotes

GRACE_S = 1.0  # from the interrupt at the time limit to the kill
MOST_RESTARTS = 3  # of the learner's process, a cell: a test may call what ends it many times


class Session:
    """See the module's docstring. `run` fills in the outputs of the cells."""

    def __init__(
        self, zygotes: Zygotes, rules: Rules, end: float, files: dict, teachers_files: dict
    ):
        self._zygotes, self._rules, self.end = zygotes, rules, end
        self._files, self._teachers_files = files, teachers_files
        self._learner: Process | None = None
        self._trusted: Process | None = None
        self._shown: Process | None = None  # the learner's process that the trusted one knows
        self._cells: list[Cell] = []
        self._template = Template("", ())
        self._guilty: set[int] = set()  # cells that end or stop the process they run in
        self._at = self._restarts = 0  # the cell that is run now, the processes that it has lost
        self._outputs = LearnerOutputs()
        self.blame = Blame()
        self.notes: list[str] = []

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_exception) -> None:
        for process in (self._learner, self._trusted):
            if process is not None:
                process.end()

    def parse(self, content: bytes) -> list[dict]:
        """The cells of a notebook file. Raises Stopped or LookupError saying why there are none.

        Read by the learner's process before it runs any code: hostile JSON meets its limits.
        """
        reply = self._ask(self._learner_process(), ["parse", content], self._rules.cell_s)
        if reply[1] == "ok" and type(reply[2]) is list:
            return reply[2]
        raise LookupError(str(reply[4])[:500])

    def bound(self, sources: list[str]) -> frozenset[str]:
        """Names that the learner's cells bind, as its process says; none if it cannot tell."""
        try:
            reply = self._ask(self._learner_process(), ["bound", sources], self._rules.cell_s)
        except Stopped:
            return frozenset()
        found = reply[2] if reply[1] == "ok" and type(reply[2]) is list else []
        return frozenset(name for name in found if type(name) is str)

    def run(self, cells: list[Cell], template: Template) -> None:
        """Run all cells in order; each keeps its outputs."""
        self._cells, self._template = cells, template
        count = 0
        for index, cell in enumerate(cells):
            if cell.role == TEXT or cell.kind != "code":
                continue
            count += 1
            self._at, cell.count, self._restarts = index, count, 0
            try:
                cell.outputs = self._run_cell(index, cell)
            except Stopped as stopped:
                cell.outputs = [*stopped.outputs, stopped.as_output()]

    def _run_cell(self, index: int, cell: Cell) -> list[dict]:
        if time.monotonic() > self.end:
            raise Stopped(TIMEOUT, "the time limit of the whole submission", [])
        if cell.before:
            self._for_later_tests(cell.before, index)
        if cell.role == TEST and not cell.together:
            return self._teachers_cell(cell.source, cell.count or 0)
        outputs = self._learner_cell(index)
        if cell.for_tests:
            # A locked cell runs for the tests, too; the page shows the learner's run. Of a test that
            # runs in the learner's process those that do not have what it defines.
            own = definitions(cell.source) if cell.together else cell.for_tests
            self._for_later_tests(own, index)
        return outputs

    def _for_later_tests(self, source: str, index: int) -> None:
        """Run what tests rely on in their process, if one of them is still to come."""
        if source and any(c.role == TEST and not c.together for c in self._cells[index:]):
            with contextlib.suppress(Stopped):
                self._teachers_cell(source, self._cells[index].count or 0)

    def _learner_process(self) -> Process:
        """The process, started and brought to the state of now if it is not there."""
        while self._learner is None or not self._learner.alive:
            if self._learner is not None:
                self.blame.lost()
                self._learner.end()
                self._learner = None
                self._restarts += 1
            if self._restarts > MOST_RESTARTS:
                raise Stopped(LOST, "the learner's code ends every process it runs in")
            self._learner = self._zygotes.learner(self._rules)
            if self._files:
                self._put_files(self._learner)
            self._replay()
        return self._learner

    def _put_files(self, process: Process) -> None:
        reply = self._ask(process, ["files", self._files], self._rules.cell_s)
        if reply[1] != "ok":
            raise CannotStart(f"the files beside the notebook cannot be put there: {reply[4]}")

    def _replay(self) -> None:
        """Run earlier cells again for what they define, without those that lost the process."""
        for index, cell in enumerate(self._cells[: self._at]):
            if not cell.for_learner or index in self._guilty:
                continue
            if time.monotonic() > self.end:
                raise Stopped(TIMEOUT, "the time limit of the whole submission")
            try:
                self._run_in_learner(self._learner, cell)
            except Stopped:
                self._guilty.add(index)
                if not self._learner.alive:
                    return

    def _learner_cell(self, index: int) -> list[dict]:
        cell = self._cells[index]
        process = self._learner_process()
        try:
            reply = self._run_in_learner(process, cell)
        except Stopped:
            self._guilty.add(index)
            raise
        return self._outputs.take(reply[2]) if reply[1] == "ok" else []

    def _run_in_learner(self, process: Process, cell: Cell) -> list:
        if cell.helpers:
            self._ask(process, ["run", cell.helpers, cell.count], self._rules.cell_s)
        return self._ask(process, ["run", cell.for_learner, cell.count], self._rules.cell_s)

    def _ask(self, process: Process, request: list, seconds: float) -> list:
        """One request to a learner's process. Raises Stopped at the time limit or if it is lost."""
        number = secrets.randbits(48)
        limit = self._limit(seconds)
        sent = False
        try:
            process.channel.send(
                [number, *request], deadline=limit.at, meanwhile=self._look_at_memory
            )
            sent = True
            return self._reply(process, number, limit)
        except wire.TimeIsUp:
            pass
        except (wire.Closed, wire.BadFrame) as error:
            self.blame.lost()
            process.end()
            raise Stopped(LOST, f"this cell ended its process ({error})") from None
        finally:
            self.end += limit.lost()
        self.blame.late(limit)
        process.interrupt()
        try:
            if not sent:
                raise wire.TimeIsUp("half a request can be no other's beginning")
            reply = self._reply(process, number, TimeLimit(GRACE_S, self._processes))
        except (wire.TimeIsUp, wire.Closed, wire.BadFrame):
            process.end()
            raise Stopped(TIMEOUT, "the time limit") from None
        outputs = self._outputs.take(reply[2]) if request[0] == "run" else []
        raise Stopped(TIMEOUT, "the time limit", outputs)

    def _limit(self, seconds: float) -> TimeLimit:
        """A cell's time, or what is left of the submission's."""
        return TimeLimit(min(seconds, max(self.end - time.monotonic(), 0.1)), self._processes)

    def _processes(self) -> list[Process]:
        return [one for one in (self._learner, self._trusted) if one is not None and one.alive]

    def _reply(self, process: Process, number: int, limit: TimeLimit) -> list:
        for _ in range(100):
            reply = self._receive(process, limit)
            if type(reply) is not list or len(reply) not in (4, 8) or reply[0] != number:
                continue
            if (reply[1] == "ok") == (len(reply) == 4):
                return reply
        raise wire.BadFrame("too many frames that nobody asked for")

    def _receive(self, process: Process, limit: TimeLimit):
        """One frame; meanwhile watches the memory of the learner's processes."""
        while True:
            look = min(limit.at, time.monotonic() + wire.LOOK_S)
            try:
                return process.channel.receive(deadline=look)
            except wire.TimeIsUp:
                if limit.passed():
                    raise
                self._look_at_memory()

    def _look_at_memory(self) -> None:
        learner = self._learner
        if learner and learner.alive and learner.uses_more_than(self._rules.memory):
            self.blame.too_large = True
            learner.kill()

    def _trusted_process(self) -> Process:
        if self._trusted is None or not self._trusted.alive:
            again = self._trusted is not None
            if self._trusted is not None:
                self._trusted.end()
            self._trusted = self._zygotes.trusted(self._rules, self._template, self._teachers_files)
            self._shown = None
            if again:
                self._replay_teachers()
            if not self._trusted.alive:
                raise Stopped(LOST, "the process of the tests ends again and again")
        return self._trusted

    def _replay_teachers(self) -> None:
        """Run the teacher's earlier cells again; of a test what it defines."""
        for cell in self._cells[: self._at + 1]:
            parts = [cell.before]
            if cell.count and cell.count < (self._cells[self._at].count or 0):
                parts.append(definitions(cell.source) if cell.role == TEST else cell.for_tests)
            for source in filter(None, parts):
                try:
                    self._teachers_cell(source, cell.count or 0)
                except Stopped:  # once more: what is lacking now, no learner's value can replace
                    return

    def _teachers_cell(self, source: str, count: int) -> list[dict]:
        trusted = self._trusted_process()
        self._show_learner(trusted)
        above = [c for c in self._cells if c.count and c.count <= count]
        texts = {c.count: c.source for c in above if c.role == LEARNER}
        limit = self._limit(self._rules.cell_s)
        try:
            trusted.channel.send(["run", source, count, texts])
            return self._done(trusted, limit, limit)
        except wire.TimeIsUp:
            pass
        except (wire.Closed, wire.BadFrame) as error:
            self.blame.doubtful = True
            trusted.end()
            raise Stopped(LOST, f"the test's process ended ({error})") from None
        finally:
            self.end += limit.lost()
        self.blame.late(limit)
        trusted.interrupt()
        try:
            return self._done(trusted, limit, TimeLimit(3 * GRACE_S, self._processes))
        except (wire.TimeIsUp, wire.Closed, wire.BadFrame):
            trusted.end()
            if self._learner is not None:
                self._learner.end()  # nobody knows what it is doing
            raise Stopped(TIMEOUT, "the time limit") from None

    def _show_learner(self, trusted: Process) -> None:
        """Give the trusted process its own way into the learner's process."""
        process = self._learner_process()
        if self._shown is not process:
            trusted.channel.send(["open"], descriptors=[process.channel.socket.fileno()])
            self._shown = process

    def _done(self, trusted: Process, limit: TimeLimit, patience: TimeLimit) -> list[dict]:
        """What came of the test within its limit, or within the time that is left for its last word."""
        while True:
            kind, *details = self._receive(trusted, patience)
            if kind == "done":
                outputs, notes, lost, late, stopped = details
                self.blame.by_the_test(limit, stopped and not late)
                if lost and self._learner is not None:
                    self.blame.lost()
                    self._learner.end()
                self.notes += [note for note in notes if note not in self.notes]
                if late:
                    self.blame.late(limit)
                    kept = [one for one in outputs if one.get("ename") != TIMEOUT]
                    raise Stopped(TIMEOUT, "the time limit", kept)
                return outputs
            if kind == "interrupt":
                if self._learner is not None:
                    self._learner.interrupt()
                continue
            if self._learner is not None:
                self._learner.end()
            try:
                self._shown = None
                self._show_learner(trusted)
            except Stopped:
                trusted.channel.send(["none"])
