"""Runs a submission's cells so that one cell cannot take the others' points with it."""

import contextlib
import copy
import signal
import threading
from collections import Counter

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from nbgrader import preprocessors, utils

from .course import bindings

MOST_TEXT = 1_000_000  # characters that one cell may print; a loop prints a gigabyte in 20 s
LOST = (DeadKernelError, CellTimeoutError)  # the kernel is gone, or does not answer any more


class Execute(preprocessors.Execute):
    """nbgrader's Execute, with a fresh kernel after a lost one, and test cells read strictly."""

    def preprocess(self, nb, resources, km=None):
        self._lost_cells = set()
        self._printed = Counter()
        try:
            return super().preprocess(nb, resources, km)
        except BaseException:
            if self.km is not None:  # Ctrl-C while the kernel was starting
                self.shutdown_kernel = "immediate"
                self._cleanup_kernel()
            raise

    def preprocess_cell(self, cell, resources, index):
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except LOST as error:
            self.log.warning("Cell %s lost the kernel (%s).", index, type(error).__name__)
            _add_error(cell, type(error).__name__, "this cell ended the kernel, or never came back")
            self._lost_cells.add(index)
            self._start_again(index)
        if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
            only_plain_points(cell)
        return cell, resources

    def start_new_kernel(self, **kwargs):
        with _interrupt_later():  # an interrupt between fork and exec would leave the kernel behind
            super().start_new_kernel(**kwargs)

    def output(self, outs, msg, display_id, cell_index):
        """Keep one output of a cell, unless the cell has printed too much already."""
        if msg["msg_type"] == "stream":
            self._printed[cell_index] += len(msg["content"]["text"])
            if self._printed[cell_index] > MOST_TEXT:
                return None
        return super().output(outs, msg, display_id, cell_index)

    def _start_again(self, index):
        """A fresh kernel in the state of just before cell `index`, without the cells that lose it."""
        while True:
            self.shutdown_kernel = "immediate"
            self._cleanup_kernel()
            self.km = self.create_kernel_manager()
            self.start_new_kernel()
            self.start_new_kernel_client()
            lost = next((i for i in range(index) if not self._run_again(i)), None)
            if lost is None:
                return
            self._lost_cells.add(lost)

    def _run_again(self, index):
        """Run an earlier cell for what it defines; False if that loses the kernel."""
        cell = self.nb.cells[index]
        if index in self._lost_cells or utils.is_grade(cell) or _timed_out(cell):
            return True
        try:
            self.execute_cell(copy.deepcopy(cell), index)
        except LOST:
            return False
        finally:
            self.nb.cells[index] = cell
        return True


@contextlib.contextmanager
def _interrupt_later():
    """Let a Ctrl-C wait for the end of the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived = []
    handler = signal.signal(signal.SIGINT, lambda number, frame: arrived.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if arrived:
        raise KeyboardInterrupt


def only_plain_points(cell) -> None:
    """Make sure that a test cell is graded by the number it ends in, and by nothing else.

    nbgrader gives full marks for a result that is no number, or for none at all (a cell that a
    setting of the notebook kept from running or from showing its result), lets a number beyond the
    maximum end the run, and gives nothing for a cell in which anything wrote to stderr.
    """
    if not bindings.ends_in_expression(cell.source) or any(
        o.output_type == "error" for o in cell.outputs
    ):
        return
    results = [output for output in cell.outputs if output.output_type == "execute_result"]
    kept = [o for o in cell.outputs if o.output_type in ("stream", "display_data")]
    cell.outputs = [o for o in kept if o.get("name") != "stderr"] + results[-1:]
    if not results or not _is_points(results[-1], float(cell.metadata.nbgrader["points"])):
        _add_error(cell, "NoPoints", "the test ended without a number of points")


def _is_points(result, most: float) -> bool:
    try:
        return 0.0 <= float(result.data.get("text/plain", "")) <= most
    except ValueError:
        return False


def _timed_out(cell) -> bool:
    outputs = cell.get("outputs", [])
    return any(o.output_type == "error" and o.ename == "CellTimeoutError" for o in outputs)


def _add_error(cell, name: str, text: str) -> None:
    error = new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
    cell.outputs = [*cell.get("outputs", []), error]
