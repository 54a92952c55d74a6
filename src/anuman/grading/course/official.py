"""The assignment's own cells, as nbgrader knows them by their ids."""

from nbformat.v4 import new_code_cell, new_markdown_cell

SCHEMA = 3  # of nbgrader's cell metadata


def grade_id(cell) -> str | None:
    """The id that nbgrader knows the cell by, or None; tolerates metadata of any shape."""
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) and name else None


def official_cells(notebook) -> dict:
    """The assignment's own cells by id, as the gradebook keeps them: metadata and source."""
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    official = {}
    for source in sorted(notebook.source_cells, key=lambda cell: cell.name):
        name = source.name
        about = {
            "grade_id": name,
            "grade": name in points and name not in tasks,
            "solution": name in solutions,
            "task": name in tasks,
            "locked": source.locked,
            "schema_version": SCHEMA,
            "checksum": source.checksum,
            "cell_type": source.cell_type,
        }
        if name in points:
            about["points"] = points[name]
        new = new_code_cell if source.cell_type == "code" else new_markdown_cell
        official[name] = new(source=source.source, metadata={"nbgrader": about})
    return official
