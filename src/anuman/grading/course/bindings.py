"""What a cell's code binds, changes, imports and defines, read from its text."""

import ast
import functools
from collections.abc import Iterable

LISTS = ("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse")
OTHERS = ("add", "discard", "update", "setdefault", "popitem", "fill", "appendleft", "popleft")
MOST_UNTRUSTED = 20_000  # characters; a long cell takes no part
MUTATORS = frozenset((*LISTS, *OTHERS))


NO_CODE = (SyntaxError, ValueError, RecursionError, MemoryError)


def _tree(source: str) -> ast.Module:
    """The cell as a tree, IPython's own syntax as the calls it stands for; empty if it is no code."""
    try:
        return ast.parse(source)
    except NO_CODE:
        pass
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except Exception:  # IPython gives up on some texts in ways of its own
        return ast.Module([], [])


class _Bound(ast.NodeVisitor):
    """Collects names that are bound where the cell itself runs, not in functions or classes."""

    def __init__(self):
        self.names: set[str] = set()

    def visit_FunctionDef(self, node):
        self.names.add(node.name)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                self.names.update(inner.names)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        self.names.add(node.name)

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self.names.add(node.id)

    def visit_alias(self, node):
        self.names.add((node.asname or node.name).partition(".")[0])

    def visit_ExceptHandler(self, node):
        self.names.add(node.name or "_")
        self.generic_visit(node)

    def _apart(self, node):
        """A scope of its own."""

    visit_Lambda = visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _apart


@functools.lru_cache(1000)
def bound(source: str) -> frozenset[str]:
    """Names that the cell binds: assigned, defined, imported, deleted."""
    return bound_in(_tree(source))


def bound_in(tree: ast.AST) -> frozenset[str]:
    """Names that this part of a cell binds."""
    visitor = _Bound()
    try:
        visitor.visit(tree)
    except RecursionError:  # a sum of thousands of terms
        return frozenset()
    return frozenset(visitor.names)


def bound_by_untrusted(source: str) -> frozenset[str]:
    """As bound, for a learner's text outside of any limit: only Python's own parser, nothing kept."""
    if len(source) > MOST_UNTRUSTED:
        return frozenset()
    try:
        return bound_in(ast.parse(source))
    except NO_CODE:
        return frozenset()


def changed(source: str) -> frozenset[str]:
    """Names of what the cell changes in place: x[0] = …, x.a = …, x.append(…)."""
    names = set()
    for node in ast.walk(_tree(source)):
        if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            inner = node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in MUTATORS
        ):
            inner = node.func.value
        else:
            continue
        while isinstance(inner, (ast.Subscript, ast.Attribute)):
            inner = inner.value
        if isinstance(inner, ast.Name):
            names.add(inner.id)
    return frozenset(names)


def imports(source: str) -> str:
    """The cell's import statements at its top level."""
    kept = (ast.Import, ast.ImportFrom)
    return "\n".join(ast.unparse(node) for node in _tree(source).body if isinstance(node, kept))


def definitions(source: str) -> str:
    """The part of a teacher's unlocked cell that its tests may rely on: imports, functions, constants.

    Not what the learner is to fill in: empty functions and classes, empty values. The rest of the
    cell would be run twice, once on each side.
    """
    return "\n".join(ast.unparse(node) for node in _tree(source).body if _is_definition(node))


def _is_definition(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return not all(map(_is_filler, node.body))
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        called = any(isinstance(inner, (ast.Call, ast.Await)) for inner in ast.walk(node.value))
        return not called and not _is_empty(node.value)
    return False


def _is_filler(node: ast.stmt) -> bool:
    if isinstance(node, ast.Return):
        return node.value is None or _is_empty(node.value)
    if isinstance(node, ast.Raise):
        return "NotImplementedError" in ast.dump(node)
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _is_empty(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return value.value in (None, "", 0, False, ...)
    if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        return not value.elts
    return isinstance(value, ast.Dict) and not value.keys


def imported_modules(sources: Iterable[str]) -> list[str]:
    """Modules that these cells import at any level of their code."""
    found: set[str] = set()
    for source in sources:
        for node in ast.walk(_tree(source)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return sorted(found)
