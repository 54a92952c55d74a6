"""Every value of the catalogue says where it comes from, and what is only recalled is listed."""

import re

from rows import for_each

from anuman import catalog
from anuman.catalog import files
from anuman.catalog.efficiencies import written
from anuman.catalog.sources import BASIS, KNOWN

CHIPS = [catalog.chip(name) for name in catalog.chips()]
CLAIMS = [claim for article in catalog.articles() for claim in catalog.claims(article)]
QUANTITIES = {
    **{f"{chip.name} {name}": q for chip in CHIPS for name, q in chip.quantities.items()},
    **{
        f"{name} {field}": q
        for name in catalog.workloads()
        for field, q in catalog.workload(name).quantities.items()
    },
    **{name: catalog.statement(name) for name in catalog.statements()},
    **{
        f"{name} {side}": q
        for name in catalog.token_prices()
        for side in ("input", "output", "cached")
        if (q := getattr(catalog.token_price(name), side))
    },
    **{
        f"{chip} {rental.provider}": rental.price
        for chip in catalog.rented_chips()
        for rental in catalog.rentals(chip)
    },
    **{name: catalog.price(name) for name in catalog.prices()},
    **{f"{claim.id} {name}": q for claim in CLAIMS for name, q in claim.figures.items()},
}
# An assumption of the course has no publication; a recalled value has none yet.
UNPUBLISHED = re.compile(r"recalled-unverified|assumption-.*")


@for_each("name", QUANTITIES)
def test_a_value_says_what_it_is_and_who_says_so(name):
    value = QUANTITIES[name]
    assert value.basis in BASIS
    assert value.known in KNOWN
    assert (value.basis == "assumed") == (value.known == "assumed")
    assert (value.basis == "derived") == (value.known == "derived")
    recalled = value.source.id == "recalled-unverified"
    assert recalled or value.known != "memory"
    assert not recalled or value.known in ("memory", "assumed")


@for_each("id", files.table("sources"))
def test_a_source_can_be_looked_up(id):
    source = catalog.source(id)
    assert source.title
    assert source.publisher
    assert re.fullmatch(r"unknown|\d{4}(-\d{2}(-\d{2})?)?", source.date)
    if source.url == "unknown":
        assert UNPUBLISHED.fullmatch(id) or source.note
    else:
        assert re.fullmatch(r"https://[^ ]+", source.url)
        assert not UNPUBLISHED.fullmatch(id)


@for_each("claim", CLAIMS, ids=lambda c: c.id)
def test_a_claim_that_cites_a_recalled_source_says_so(claim):
    for source in claim.sources:
        assert source.id != "recalled-unverified" or claim.known == "memory"


def test_no_figure_that_counts_zeros_as_work_is_a_peak():
    for chip in CHIPS:
        for name, value in chip.quantities.items():
            if name.startswith("peak"):
                same = name.replace("peak", "claimed_sparse")
                assert same not in chip.quantities or value.value < chip.quantities[same].value


@for_each("chip, entry", [(chip, entry) for chip, entry, _known in written()])
def test_an_efficiency_says_what_it_is_and_who_says_so(chip, entry):
    """Each entry as `efficiency` reads it, so that no source or label is misspelt unseen."""
    parts = entry.split(".")
    engine = parts[1] if parts[0] == "by" else ""
    kind, *bits = parts[2:] if engine else parts
    value = catalog.efficiency(chip, kind, int(bits[0]) if bits else None, engine)
    assert value.known in KNOWN
    assert value.source.id != "recalled-unverified" or value.known in ("memory", "assumed")
    for share in (value.memory, value.compute):
        assert share is None or 0 < share <= 1
    for seconds in (value.kernel_s, value.hop_s, *value.custom, *value.nccl, *value.eager):
        assert 0 <= seconds < 1e-3


def test_what_is_only_recalled_is_listed():
    listed = {place for place, _ in catalog.recalled()}
    for chip, _entry, known in written():
        assert known != "memory" or f"efficiencies.toml, {chip}" in listed
    for name, value in QUANTITIES.items():
        if value.known == "memory":
            assert any(place.endswith(name.split(" ")[0]) for place in listed), name
    for name in catalog.models():
        if catalog.model(name).known == "memory":
            assert f"models.toml, {name}" in listed
