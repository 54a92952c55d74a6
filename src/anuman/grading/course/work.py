"""What a worker is given and what it gives back: plain data that can travel to another machine."""

from dataclasses import dataclass, field

LEARNER, LOCKED, TEST, TEXT = "learner", "locked", "test", "text"
APART, TOGETHER, BY_EVIDENCE = "apart", "together", "by evidence"
# The message of an error that a learner's function raised in a test; its own one may hold hidden cases.
STOPPED_IN = "the function {name} stopped (its message is not shown)"


@dataclass(frozen=True)
class Rules:
    """How submissions are run. Seconds, bytes."""

    cell_s: float = 30.0
    submission_s: float = 300.0
    memory: int = 2 << 30
    disk: int = 128 << 20
    processes: int = 64
    refused: tuple[str, ...] = ()  # modules that a learner's process has not
    stand_ins: tuple[str, ...] = ()  # modules that it has only in name
    shown: tuple[str, ...] = ()  # folders of data that learners' code may read
    hidden: tuple[str, ...] = ()  # the course and what belongs to it, wherever it would be seen
    isolate: bool = True
    preload: tuple[str, ...] = ()  # modules that the learner's cells are known to import
    preload_trusted: tuple[str, ...] = ()  # and the teacher's
    python_path: tuple[str, ...] = ()  # the teacher's own additions to sys.path, trusted side only


@dataclass
class Cell:
    """A cell of a notebook that is to be graded, and what came of it."""

    role: str  # LEARNER, LOCKED, TEST or TEXT
    kind: str  # code, markdown, raw
    source: str
    grade_id: str | None = None
    about: dict | None = None  # nbgrader's metadata
    id: str | None = None
    tags: list[str] = field(default_factory=list)
    before: str = ""  # what the trusted side runs before it: the teacher's unlocked cells above
    pictures: dict = field(default_factory=dict)
    outputs: list[dict] = field(default_factory=list)
    count: int | None = None
    claimed: str = ""  # mark of the outputs that were handed in with it
    untouched: bool = False  # the teacher's own text
    forced: str = ""  # of a test: APART or TOGETHER where the teacher says so
    together: bool = False  # of a test: run in the learner's process
    helpers: str = ""  # what a together test needs of the tests above it that run apart

    @property
    def for_learner(self) -> str:
        """What the learner's process runs of this cell."""
        apart = self.role == TEST and not self.together
        return "" if self.kind != "code" or self.role == TEXT or apart else self.source

    @property
    def for_tests(self) -> str:
        """What the trusted side runs of this cell."""
        return self.source if self.kind == "code" and self.role in (LOCKED, TEST) else ""


@dataclass(frozen=True)
class Template:
    """A notebook as the teacher made it: its cells in order.

    asked: names that the answers bind or change. kept: names that the teacher's cells bind, which
    no learner's value ever takes the place of.
    """

    name: str
    cells: tuple[Cell, ...]
    asked: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def tests(self) -> list[str]:
        """The ids of its tests."""
        return [cell.grade_id or "" for cell in self.cells if cell.role == TEST]


@dataclass(frozen=True)
class Submission:
    """One learner's work: files by their path relative to the submission's folder."""

    student: str
    notebooks: tuple[Template, ...]
    files: dict[str, bytes]
    teachers_files: dict[str, bytes]
    rules: Rules
    times: dict[str, int] = field(
        default_factory=dict
    )  # of the files: when each was changed, in ns


@dataclass
class Graded:
    """What came of one notebook."""

    name: str
    cells: list[Cell]
    found: bool = True  # False: it was not handed in


@dataclass
class Outcome:
    """What came of a submission; problem: why nothing of it could be graded."""

    student: str
    notebooks: list[Graded] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problem: str | None = None
    starved: bool = False  # a time limit passed while other work kept the machine busy
    doubtful: bool = False  # the machine, not the code, may have stopped a cell: worth a second try
    seconds: float = 0.0
