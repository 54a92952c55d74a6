"""The loader: what it gives, and what it says when it cannot."""

import pytest

from anuman import catalog
from anuman.catalog import CatalogError, MissingValue, UnknownName, files, seeds, sources


def test_a_chip_gives_si_units_and_says_where_each_value_comes_from():
    chip = catalog.chip("H100-SXM")
    assert chip.peak("bf16") == chip.quantity("peak.bf16").value
    assert chip.bandwidth == chip.quantity("bandwidth").value
    assert chip.quantity("bandwidth").unit == "byte/s"
    assert chip.quantity("capacity").source.title
    assert chip.peak16 == "bf16"


@pytest.mark.parametrize(
    ("ask", "near"),
    [("H100", "H100-SXM"), ("H1000", "H100-SXM"), ("h100-sxm", "H100-SXM"), ("B20O", "B200")],
)
def test_an_unknown_chip_names_the_nearest(ask, near):
    with pytest.raises(UnknownName, match=f"did you mean {near}"):
        catalog.chip(ask)


def test_an_unknown_model_names_the_nearest():
    with pytest.raises(UnknownName, match=r"Llama-3\.1-70B"):
        catalog.model("llama-3.1-70")


def test_nothing_near_lists_what_there_is():
    with pytest.raises(UnknownName, match="known: "):
        catalog.article("zzzz")


def test_a_missing_value_says_which_and_why_it_matters():
    with pytest.raises(MissingValue, match=r"WSE-3 has no peak\.bf16.*compute clock"):
        catalog.chip("WSE-3").peak("bf16")
    with pytest.raises(MissingValue, match="WSE-3 has no peak"):
        _ = catalog.chip("WSE-3").peak16


def test_measurements_are_typed_and_filtered():
    rows = catalog.measurements(metric="mlp_layer_us", chip="H100-SXM", n_chips=1)
    assert rows
    assert all(isinstance(r.value, float) and r.batch >= 1 and r.source.url for r in rows)
    with pytest.raises(ValueError, match="no field 'chips'"):
        catalog.measurements(chips="H100-SXM")


def test_claims_belong_to_an_article_and_have_a_verdict():
    claim = catalog.claim("S3.3")
    assert claim in catalog.claims("003")
    assert claim.verdict in seeds.VERDICTS
    with pytest.raises(UnknownName, match=r"S3\.3"):
        catalog.claim("S33")


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A catalogue folder of the test's own."""
    monkeypatch.setattr(files, "DATA", tmp_path)
    for cached in (files.table, files.rows, catalog.chip, catalog.model):
        cached.cache_clear()
    (tmp_path / "sources.toml").write_text(
        '[s]\ntitle = "T"\npublisher = "P"\ndate = "2024"\nurl = "u"\n', encoding="utf-8"
    )
    yield tmp_path
    for cached in (files.table, files.rows, catalog.chip, catalog.model):
        cached.cache_clear()


GOOD = '{ value = 1.0, unit = "byte/s", basis = "claimed", known = "read", source = "s" }'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (GOOD.replace('"s"', '"t"'), r"\[X\], bandwidth: no source named 't'"),
        (GOOD.replace(', source = "s"', ""), r"\[X\], bandwidth: 'source'"),
        (GOOD.replace("read", "guessed"), r"known is one of"),
        (GOOD.replace("unit", "units"), r"\[X\], bandwidth"),
    ],
)
def test_a_bad_entry_names_file_entry_and_field(data, line, message):
    (data / "chips.toml").write_text(
        f'[X]\nvendor = "V"\nyear = 1\nkind = "GPU"\nbandwidth = {line}\n', encoding="utf-8"
    )
    with pytest.raises(CatalogError, match=message):
        catalog.chip("X")


def test_a_chip_without_its_vendor_and_a_broken_file_are_named(data):
    (data / "chips.toml").write_text('[X]\nyear = 1\nkind = "GPU"\n', encoding="utf-8")
    with pytest.raises(CatalogError, match=r"\[X\]: 'vendor' is missing"):
        catalog.chip("X")
    (data / "models.toml").write_text("not toml", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"models\.toml: not valid TOML"):
        catalog.model("Y")


def test_every_source_is_told_in_words():
    assert set(sources.KNOWN) >= {"read", "excerpt", "memory", "derived", "assumed"}


def test_claim_files_are_checked(tmp_path, monkeypatch):
    for folder in ("lessons", "locale", "seeds/003-x"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setenv("ANUMAN_COURSE", str(tmp_path))
    claims = tmp_path / "seeds/003-x/claims.toml"
    body = (
        '[[claim]]\nid = "S3.9"\ntext = {en = "a", hi = "b"}\nwhy = {en = "a", hi = "b"}\n'
        'test = {en = "a", hi = "b"}\ntest_kind = "source"\nsources = []\nknown = "read"\n'
    )
    (tmp_path / "seeds/003-x/article.toml").write_text('date = "2026-02-03"\n', encoding="utf-8")
    settled = 'verdict = "supported"\n'
    told = settled + 'outcome = "came true"\n[[claim.since]]\nsources = []\nknown = "read"\n'
    what = 'what = {en = "a", hi = "b"}\n'
    for rest, message in (
        ('verdict = "maybe"\n', "verdict is 'maybe'"),
        ('verdict = "depends"\n', "'depends' needs depends_on"),
        (settled + 'outcome = "came true"\n', "come together"),
        (told + 'date = "2026-02-03"\nstanding = "claimed"\n' + what, "not later than the article"),
        (told + 'date = "2026-02"\nstanding = "claimed"\n' + what, "not later than the article"),
        (told + 'date = "2026-03"\nstanding = "rumour"\n' + what, "standing is 'rumour'"),
        (told + 'date = "2026-03"\nstanding = "claimed"\nwhat.en = "a"\n', "needs en and hi"),
    ):
        claims.write_text(body + rest, encoding="utf-8")
        seeds.claims.cache_clear()
        with pytest.raises(CatalogError, match=message):
            catalog.claims("003")
    seeds.claims.cache_clear()
