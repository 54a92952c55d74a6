"""Break the server: the diagnosis is judged, the repair is shown only when it is right."""

import pytest
from gate import Gate

from anuman.language import speaking
from anuman.scenes.faults import FAULTS
from anuman.widgets import break_the_server
from anuman.widgets.break_server import break_words


def test_a_wrong_diagnosis_says_what_one_would_see_and_a_right_one_shows_the_repair():
    widget = break_the_server()
    assert "repaired" not in widget.markup
    wrong = next(f for f in FAULTS if f != widget.patient.value)
    widget.fault.value = wrong
    assert break_words.said(wrong).sign in widget.words and "✗" in widget.words
    assert "repaired" not in widget.markup
    widget.fault.value = widget.patient.value
    assert "✓" in widget.words and break_words.said(widget.patient.value).cost in widget.words
    assert "repaired" in widget.markup
    widget.patient.value = wrong
    assert widget.fault.value == ""


def test_a_locked_gate_keeps_it_closed():
    gate = Gate()
    widget = break_the_server(gate)
    assert "Show me" in widget.markup and not widget.panel
    gate.open()
    assert "vllm:num_requests_running" in widget.markup


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_it_stands_without_a_kernel(lang):
    with speaking(lang):
        bundle = break_the_server().saved()
    assert "<table" in bundle["text/html"]
    assert "vllm:kv_cache_usage_perc" in bundle["text/plain"]


def test_every_fault_has_words_of_its_own():
    every = [break_words.said(fault) for fault in FAULTS]
    assert len({one.name for one in every}) == len({one.sign for one in every}) == len(FAULTS)
