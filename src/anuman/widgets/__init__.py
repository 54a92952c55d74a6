"""What lessons show: news cards, predictions, the central widgets, measurements. Starts without NumPy."""

from anuman import lazy
from anuman.language import N_, _, both, language, number, scientific, si

# Module -> its public names; a lesson loads what it shows and no more.
SHOWN = lazy.public(
    __name__,
    {
        "batch_sweep.sweep_widget": "batch_sweep",
        "batching_theatre.theatre_widget": "batching_theatre",
        "break_server.break_widget": "break_the_server",
        "cards.naming": "sort_names",
        "speedups.speedup_widget": "speedups",
        "cards.news": "news_card verdict_card",
        "chips.chips_widget": "chips",
        "crossover.crossover_widget": "crossover",
        "fewer_bits.fewer_bits_widget": "fewer_bits",
        "kit.figure": "Figure figure table",
        "load_curves.load_widget": "load_curves",
        "memory_jar.jar_widget": "memory_jar",
        "offers.offers_widget": "offers",
        "own_machine.machine_charts": "own_machine",
        "own_machine.measurement": "measure",
        "policy_duel.duel_widget": "policy_duel",
        "predictions.questions": "Predictions Question predictions",
        "published.decode_steps": "published_kv",
        "published.kernels": "published_roofline",
        "published.peak_used": "published_shares",
        "published.reality": "reality",
        "timeline.timeline_widget": "timeline",
        "token_steps.token_widget": "token_steps",
        "training_against_inference.training_widget": "training_against_inference",
        "training_cluster.cluster_widget": "training_cluster",
        "two_clocks.clocks_widget": "two_clocks",
        "workbench.workbench_widget": "workbench",
    },
)
__all__ = ["N_", "_", "both", "language", "number", "scientific", "si", *SHOWN]
