"""What a cell's code binds, changes, imports and defines, read from its text."""

import ast
import functools
import re
from collections.abc import Collection, Iterable

LISTS = ("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse")
OTHERS = ("add", "discard", "update", "setdefault", "popitem", "fill", "appendleft", "popleft")
MOST_UNTRUSTED = 20_000  # characters; a long cell takes no part
MUTATORS = frozenset((*LISTS, *OTHERS))


# IPython's own syntax at the beginning of a line: %time, !ls.
MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
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


def of_untrusted(source: str) -> frozenset[str]:
    """Names that a learner's text binds or changes: only Python's own parser, nothing kept."""
    if len(source) > MOST_UNTRUSTED:
        return frozenset()
    try:
        tree = ast.parse(MAGIC.sub(r"\1pass", source))
        return bound_in(tree) | changed_in(tree)
    except NO_CODE:
        return frozenset()


@functools.lru_cache(1000)
def changed(source: str) -> frozenset[str]:
    """Global names of what the cell changes in place: x[0] = …, x.a = …, x.append(…)."""
    return changed_in(_tree(source))


def changed_in(tree: ast.AST) -> frozenset[str]:
    """Global names of what this part of a cell changes in place."""
    names: set[str] = set()
    try:
        _collect_changed(tree, frozenset(), names)
    except RecursionError:
        return frozenset()
    return frozenset(names)


def _collect_changed(node: ast.AST, local: frozenset[str], names: set[str]) -> None:
    """Add what is changed below this node, without names that are local to a function or class."""
    root = _root_of_change(node)
    if root is not None and root not in local:
        names.add(root)
    for inner in ast.iter_child_nodes(node):
        _collect_changed(inner, local | _local_names(inner), names)


def _root_of_change(node: ast.AST) -> str | None:
    """The name x at the bottom of x.a[0].append(…) or of x.a[0] = …; None where nothing changes."""
    if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
        inner = node.value
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in MUTATORS
    ):
        inner = node.func.value
    else:
        return None
    while isinstance(inner, (ast.Subscript, ast.Attribute)):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else None


def _local_names(node: ast.AST) -> frozenset[str]:
    """Names that belong to the scope that this node opens; none if it opens none."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        args = node.args
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        names = {arg.arg for arg in every if arg is not None}
        if isinstance(node, ast.Lambda):
            return frozenset(names)
        elsewhere = {n for s in ast.walk(node) if isinstance(s, ast.Global) for n in s.names}
        return frozenset(names | _bound_here(node.body) - elsewhere)
    if isinstance(node, ast.ClassDef):
        return frozenset(_bound_here(node.body))
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        targets = [n for one in node.generators for n in ast.walk(one.target)]
        return frozenset(n.id for n in targets if isinstance(n, ast.Name))
    return frozenset()


def _bound_here(body: list[ast.stmt]) -> set[str]:
    return set().union(*map(bound_in, body))


def imports(source: str) -> str:
    """The cell's import statements at its top level."""
    kept = (ast.Import, ast.ImportFrom)
    return "\n".join(ast.unparse(node) for node in _tree(source).body if isinstance(node, kept))


def imported_names(source: str, modules: Collection[str]) -> frozenset[str]:
    """Names that the cell's top level takes from these modules (from module import name)."""
    return frozenset(
        alias.asname or alias.name
        for node in _tree(source).body
        if isinstance(node, ast.ImportFrom) and not node.level and node.module in modules
        for alias in node.names
    )


def definitions(source: str, names: frozenset[str] | None = None) -> str:
    """The part of a teacher's unlocked cell that its tests may rely on: imports, functions, constants.

    Not what the learner is to fill in: empty functions and classes, empty values. The rest of the
    cell would be run twice, once on each side. names: only what these names need.
    """
    kept = [node for node in _tree(source).body if _is_definition(node)]
    if names is not None:
        needed, wanted = [], set(names)
        for node in reversed(kept):
            if bound_in(node) & wanted:
                needed.insert(0, node)
                wanted |= _used_in(node)
        kept = needed
    return "\n".join(map(ast.unparse, kept))


def without(source: str, names: Collection[str]) -> str:
    """The cell without those statements of its top level that bind one of these names."""
    if not bound(source) & frozenset(names):
        return source
    kept = [node for node in _tree(source).body if not bound_in(node) & frozenset(names)]
    return "\n".join(map(ast.unparse, kept))


def free_names(source: str) -> frozenset[str]:
    """Names that the cell uses and does not bind itself."""
    return _used_in(_tree(source)) - bound(source)


def _used_in(tree: ast.AST) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


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


def ends_in_expression(source: str) -> bool:
    """Whether the cell's last statement has a value (a test of asserts alone has none)."""
    body = _tree(source).body
    return bool(body) and isinstance(body[-1], ast.Expr)


def covers(package: str, module: str) -> bool:
    """Whether this is the module or a part of it."""
    return module == package or module.startswith(package + ".")


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
