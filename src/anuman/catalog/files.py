"""Reading the catalogue's TOML and CSV files."""

import csv
import tomllib
from functools import cache
from pathlib import Path

from .errors import CatalogError

DATA = Path(__file__).parent / "data"


def read_toml(path: Path) -> dict:
    """The table of a TOML file. Raises CatalogError naming the file when it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: not valid TOML: {error}") from error


@cache
def table(name: str) -> dict:
    """The catalogue's own file `name`.toml, read once."""
    return read_toml(DATA / f"{name}.toml")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of the catalogue's own file `name`.csv, read once; every value is still text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
