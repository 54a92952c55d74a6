"""A claim's formula as it stands in claims.toml: plain arithmetic, names, and calls of known functions."""

import ast
import operator
from collections.abc import Callable, Mapping

from anuman.catalog import CatalogError

BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(text: str, names: Mapping[str, float], functions: Mapping[str, Callable]) -> float:
    """The value of `text`, e.g. "deal / valuation" or "chip('H200', 'power') * n".

    Allowed are numbers, names, + - * /, and calls of `functions` with such values or texts.
    Raises CatalogError naming what is not allowed or not known.
    """

    def value(node: ast.expr) -> float | str:
        match node:
            case ast.Constant(value=int() | float() | str() as constant):
                return constant
            case ast.Name(id=name) if name in names:
                return names[name]
            case ast.Name(id=name):
                known = ", ".join(sorted(names)) or "none"
                raise CatalogError(f"{text!r}: no figure or step named {name!r}; known: {known}")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                return BINARY[type(op)](value(left), value(right))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in functions:
                return functions[name](*map(value, args))
            case _:
                raise CatalogError(f"{text!r}: {ast.unparse(node)!r} is not allowed in a formula")

    try:
        return float(value(ast.parse(text, mode="eval").body))
    except SyntaxError as error:
        raise CatalogError(f"{text!r} is not a formula: {error.msg}") from error
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise CatalogError(f"{text!r} cannot be computed: {error}") from error


def names_in(text: str) -> list[str]:
    """The names that a formula uses, in order, functions left out."""
    called = {node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)}
    names = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)]
    functions = {node.id for node in called if isinstance(node, ast.Name)}
    return [node.id for node in names if node.id not in functions]
