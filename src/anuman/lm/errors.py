"""What can go wrong with a language model, one class a kind; every text says what to do."""


class LmError(ValueError):
    """A model, a prompt or a setting cannot be used."""


class WeightFileError(LmError):
    """A file of weights is truncated, damaged or of another kind."""


class PromptError(LmError):
    """A prompt is empty, is not text, or does not fit in the model's context."""


class ContextFull(LmError):
    """A sequence would grow past the room of its cache."""


class OutOfMemory(MemoryError):
    """The computer has not enough memory for what was asked; nothing was kept."""


class Cancelled(RuntimeError):
    """Generation was stopped at the caller's wish; `text` is what was written until then."""

    def __init__(self, text: str):
        super().__init__("generation was stopped")
        self.text = text
