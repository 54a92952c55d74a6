"""What stands for the predictions before a widget."""

from collections.abc import Callable


class Gate:
    """Closed until a test opens it; tells its listeners then, as the predictions do."""

    def __init__(self):
        self.locked = True
        self.listeners: list[Callable[[], None]] = []

    def on_unlock(self, listener: Callable[[], None]) -> None:
        """Have the listener called when this opens."""
        self.listeners.append(listener)

    def open(self) -> None:
        """What the learner's locked predictions, or "Show me", do."""
        self.locked = False
        for listener in self.listeners:
            listener()
