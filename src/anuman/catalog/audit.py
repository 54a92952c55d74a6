"""What the catalogue only recalls: values that nobody has read in a source yet."""

from collections.abc import Iterator

from .chips import chip, chips
from .efficiencies import written
from .measurements import measurements
from .models import model, models
from .seeds import articles, claims
from .workloads import workload, workloads


def recalled() -> Iterator[tuple[str, str]]:
    """Every value known from memory only, as (where it stands, what it is)."""
    for name in chips():
        for field, value in chip(name).quantities.items():
            if value.known == "memory":
                yield f"chips.toml, {name}", f"{field} = {value.value:g} {value.unit}"
    for name in models():
        if model(name).known == "memory":
            yield f"models.toml, {name}", "the shape"
    for name, entry, known in written():
        if known == "memory":
            yield f"efficiencies.toml, {name}", entry
    for name in workloads():
        for field, value in workload(name).quantities.items():
            if value.known == "memory":
                yield f"workloads.toml, {name}", f"{field} = {value.value:g} {value.unit}"
    for row in measurements(known="memory"):
        yield f"measurements.csv, {row.id}", f"{row.metric} = {row.value:g} {row.unit}"
    for article in articles():
        for claim in claims(article):
            if claim.known == "memory":
                yield f"seeds, {claim.id}", "the facts behind the verdict"
            for name, value in claim.figures.items():
                if value.known == "memory":
                    yield f"seeds, {claim.id}", f"{name} = {value.value:g} {value.unit}"
