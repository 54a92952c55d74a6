"""The house as its imports show it: modules, arrows, circles, and the picture in docs/architecture.md.

`python tests/helpers/house.py` draws the picture anew.
"""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "anuman"
PICTURE = ROOT / "docs" / "architecture.svg"
BOX, HIGH, ACROSS, DOWN = 106.0, 34.0, 166.0, 78.0  # pixels
# Where a package stands from left to right, so that no arrow runs behind a box; its height is computed.
COLUMNS = {
    "setup": 0, "grading": 0, "check": 1, "claims": 1.4, "sizing": 2.2, "catalog": 3, "physics": 3, "serving": 3,
    "scenes": 3, "widgets": 3, "lessons": 3, "validation": 4, "lm": 5.5, "machine": 5.5,
}  # fmt: skip

Graph = dict[str, set[str]]


@cache
def modules() -> dict[str, Path]:
    """Every module of the library by its dotted name, with its file."""
    found = {}
    for file in sorted(SOURCE.rglob("*.py")):
        parts = ("anuman", *file.relative_to(SOURCE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(name: str) -> set[str]:
    """The library's modules that a module imports: lazily and for types only counts as well."""
    file, found = modules()[name], set()
    package = (name if file.stem == "__init__" else name.rpartition(".")[0]).split(".")
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{source}.{alias.name}"
                found.add(whole if whole in modules() else source)
    return {other for other in found if other in modules()} - {name}


@cache
def arrows() -> Graph:
    """Module -> the modules that it imports."""
    return {name: imports(name) for name in modules()}


def rooms(inside: str = "anuman") -> Graph:
    """Part of a package (a folder or a file of it) -> the parts of the same package that it imports."""
    depth = inside.count(".") + 1
    found: Graph = {}
    for name, others in arrows().items():
        if name.startswith(f"{inside}."):
            part = name.split(".")[depth]
            parts = {o.split(".")[depth] for o in others if o.startswith(f"{inside}.")}
            found.setdefault(part, set()).update(parts - {part})
    return found


def circle(graph: Graph) -> list[str]:
    """Names along one circle of arrows; nothing where there is none."""
    clear: set[str] = set()

    def search(name: str, way: list[str]) -> list[str]:
        if name in way:
            return way[way.index(name) :]
        for other in () if name in clear else sorted(graph[name]):
            if found := search(other, [*way, name]):
                return found
        clear.add(name)
        return []

    return next((found for name in sorted(graph) if (found := search(name, []))), [])


def _reach(graph: Graph, name: str) -> set[str]:
    """Everything below a name, however far."""
    below = set(graph[name])
    for other in graph[name]:
        below |= _reach(graph, other)
    return below


def packages() -> Graph:
    """The packages that are folders, and only the arrows that no longer way round says already."""
    folders = {name for name in rooms() if (SOURCE / name).is_dir()}
    graph = {name: others & folders for name, others in rooms().items() if name in folders}
    return {
        name: {o for o in others if not any(o in _reach(graph, via) for via in others - {o})}
        for name, others in graph.items()
    }


def drawn() -> str:
    """The house as SVG: a package stands above all that it imports."""
    graph = packages()
    level = {name: 0 for name in graph}
    for _round in graph:
        for name, others in graph.items():
            level[name] = max([level[o] + 1 for o in others], default=0)
    top = max(level.values())
    place = {
        name: (12 + ACROSS * COLUMNS.get(name, 6.5), 12 + DOWN * (top - level[name]))
        for name in graph
    }
    width, height = 12 + BOX + max(x for x, _y in place.values()), 24 + HIGH + DOWN * top
    said = "; ".join(f"{n} imports {', '.join(sorted(o))}" for n, o in sorted(graph.items()) if o)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="sans-serif" font-size="14">',
        "<title>The packages of anuman</title>",
        f"<desc>{said}.</desc>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for name, others in sorted(graph.items()):
        for other in sorted(others):
            (x, y), (to_x, to_y) = place[name], place[other]
            parts.append(
                f'<path d="M{x + BOX / 2:g} {y + HIGH:g}L{to_x + BOX / 2:g} {to_y:g}" '
                'stroke="#888" stroke-width="1.5"/>'
            )
    for name, (x, y) in sorted(place.items()):
        parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{BOX:g}" height="{HIGH:g}" rx="4" fill="#f4f7fa" '
            f'stroke="#222"/><text x="{x + BOX / 2:g}" y="{y + 22:g}" text-anchor="middle">{name}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8", newline="\n")
