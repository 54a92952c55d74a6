"""A line that says how far a run is; on a terminal it is redrawn, elsewhere there is none."""

import sys
import time
from dataclasses import dataclass

WIDTH = 24
EVERY_S = 0.1


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Submissions a second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def remaining_s(self) -> float | None:
        """Seconds that the rest will take at this rate."""
        return (self.total - self.done) / self.rate if self.rate else None


class Bar:
    """Use as a context; `show` takes a Progress."""

    def __init__(self, stream=None):
        self._stream = stream or sys.stderr
        self._last = 0.0
        self._drawn = False

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_exception) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def show(self, progress: Progress) -> None:
        """Draw, at most ten times a second."""
        now = time.monotonic()
        if not self._stream.isatty() or (
            now - self._last < EVERY_S and progress.done < progress.total
        ):
            return
        self._last, self._drawn = now, True
        filled = WIDTH * progress.done // max(progress.total, 1)
        left = progress.remaining_s
        self._stream.write(
            f"\r\x1b[K[{'#' * filled}{'.' * (WIDTH - filled)}] {progress.done} of {progress.total}, "
            f"{60 * progress.rate:.0f} a minute, {'' if left is None else f'{left:.0f} s left'}"
        )
        self._stream.flush()
