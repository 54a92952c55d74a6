"""What one token of training costs a chip, by recipe."""

import pytest

from anuman import catalog, physics
from anuman.catalog.recipes import PRODUCTS, Recipe, recipe
from anuman.physics.training_step import (
    chips_per_layer,
    recomputed_share,
    training_token_s,
    usual_shape,
)

A100, H100 = catalog.chip("A100-80"), catalog.chip("H100-SXM")
LLAMA = catalog.model("Llama-3.1-70B")


def test_what_is_kept_is_not_computed_again():
    assert recomputed_share(LLAMA, ()) == 1
    assert recomputed_share(LLAMA, PRODUCTS) == pytest.approx(0)
    # d·(h + 2g)·e of 12.75·d² in a layer with an MLP of 3·3.5·d².
    assert recomputed_share(LLAMA, ("qkv",)) == pytest.approx(1 - 1.25 / 12.75)


def test_full_recomputation_costs_what_its_paper_measured():
    """Korthikanti et al.: 530B on 2,240 A100 reach 54.2 % with next to none, 42.1 % with all."""
    model = catalog.model("MT-NLG-530B")
    none, full = (
        training_token_s(A100, model.params, Recipe(kept=kept), model, 2048)
        for kept in (PRODUCTS, ())
    )
    assert full / none == pytest.approx(54.2 / 42.1, rel=0.03)


def test_layers_are_shared_out_over_as_many_chips_as_hold_the_state():
    assert chips_per_layer(8e9, H100) == 2  # 128 GB
    assert chips_per_layer(1e9, H100) == 1
    assert chips_per_layer(1e12, H100) == 8


def test_exchanges_weigh_less_in_wide_models():
    narrow, wide = usual_shape(22e9), usual_shape(530e9)

    def lost(model):
        alone, shared = (
            training_token_s(A100, model.params, Recipe(chips_per_layer=n), model, 2048)
            for n in (1, 8)
        )
        return shared / alone - 1

    assert lost(narrow) > 2 * lost(wide) > 0


def test_gathered_weights_cost_less_the_more_tokens_share_them():
    chip = catalog.chip("TPUv6e")
    few, many = (
        training_token_s(
            chip,
            LLAMA.params,
            Recipe(sharding="fsdp", exposed=True, tokens_per_chip=n),
            LLAMA,
            8192,
        )
        for n in (8_192, 32_768)
    )
    assert few - many == pytest.approx(
        6 * LLAMA.params / chip.quantity("link").value * (1 / 8192 - 1 / 32768)
    )


def test_eight_bits_spare_products_but_not_attention():
    wide, narrow = (
        training_token_s(H100, LLAMA.params, Recipe(), LLAMA, 8192, form)
        for form in ("bf16", "fp8")
    )
    assert 1 < wide / narrow < 2


def test_recipes_are_found_from_the_particular_to_the_general():
    assert recipe("TPUv6e", "Llama-3.1-70B", "TPU").kept == ("qkv",)
    assert recipe("H100-SXM", "MPT-70B", "GPU").kept == ()
    assert recipe("TPUv7", "nobody's", "TPU").sharding == "fsdp"
    assert recipe("laptop-CPU", "nobody's", "CPU") == Recipe()


def test_a_model_card_s_hours_count_its_stages_with_longer_texts():
    row = {
        "metric": "gpu_hours", "chip": "H100-SXM", "model": "Llama-3.1-70B", "input_tokens": "8192",
        "batch_or_qps": "tokens=15e12", "load_kind": "training",
    }  # fmt: skip
    whole = physics.predict(row)
    before = physics.predict({**row, "model": "Llama-3-70B", "note": "active_params_B=70.55"})
    assert 1.05 < whole / before < 1.25


def test_training_rows_need_no_catalogue_entry_for_their_model():
    row = {"metric": "tok_s_chip", "chip": "H100-SXM", "model": "somebody's", "input_tokens": 2048}
    with pytest.raises(catalog.UnknownName):
        physics.predict(row)
    assert physics.predict({**row, "note": "active_params_B=7"}) > 1000
