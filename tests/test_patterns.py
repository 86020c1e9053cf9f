"""Patterns: few, exact, and of the options that matter alone."""

import pytest

from rnn_oracle.families import registry
from rnn_oracle.families.layers.matrix import core
from rnn_oracle.verdict import ledger
from rnn_oracle.verdict.patterns import as_text, patterns

CASES = core()
SETS = {
    "all": (lambda c: True, 1),
    "one-value": (lambda c: c.time_major, 1),
    "two-options": (lambda c: c.return_state and c.mask in ("left", "row"), 1),
    "the-mask's-way": (lambda c: c.mask_from == "masking" and c.mask != "all_true", 1),
    "union": (lambda c: c.mask == "row" or (c.stacking == "cells" and c.go_backwards), 2),
    "exception": (lambda c: not (c.cell == "lstm" and c.stacking == "one"), 2),
    "one-case": (lambda c: c.id == CASES[77].id, 1),
    "none": (lambda c: False, 0),
}


@pytest.mark.parametrize("name", SETS)
def test_a_set_of_cases(name):
    holds, count = SETS[name]
    found = patterns([case for case in CASES if holds(case)], CASES)
    assert len(found) == count and all(found)
    for case in CASES:
        assert any(ledger.fits(pattern, case) for pattern in found) == holds(case)


FEW = registry.get("options").cases("keras2")
SETS_OF_FEW = {
    "two-options": (lambda c: c.stateful != "no" and c.dtype == "float64", ["stateful", "dtype"]),
    "three": (
        lambda c: c.mode == "predict" and c.time_major and c.mask != "none",
        ["mode", "time_major", "mask"],
    ),
    "one-case": (lambda c: c.id == FEW[99].id, None),
}


@pytest.mark.parametrize("name", SETS_OF_FEW)
def test_of_few_combinations_the_options_are_told_that_matter(name):
    """A covering array has so few of them that much else tells the chosen ones too."""
    holds, options = SETS_OF_FEW[name]
    (pattern,) = patterns([case for case in FEW if holds(case)], FEW)
    assert options is None or sorted(pattern) == sorted(options)
    for case in FEW:
        assert all(getattr(case, n) in values for n, values in pattern.items()) == holds(case)


@pytest.mark.parametrize("entry", ledger.load(), ids=lambda entry: entry.id)
def test_the_cases_of_a_ledger_entry(entry):
    chosen = [c for c in CASES if any(ledger.fits(pattern, c) for pattern in entry.cases)]
    found = patterns(chosen, CASES)
    assert len(found) <= len(entry.cases)


def test_an_option_that_excludes_nothing_is_left_out():
    (pattern,) = patterns([case for case in CASES if case.mask == "row"], CASES)
    assert pattern == {"mask": ("row",)}


def test_a_pattern_is_written_with_its_values():
    pattern = {"cell": ("lstm", "gru"), "time_major": (False,)}
    assert as_text(pattern) == "cell = lstm or gru, time_major = False"
