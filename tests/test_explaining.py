"""What explains a result: guesses are told apart, and every divergence of the ledger has one."""

import re

import numpy as np
import pytest
import test_hypotheses
import test_hypotheses_by_hand
from telling import (
    MASK,
    THIRDS,
    C,
    H,
    X,
    both,
    chain,
    chain_of_two,
    demand,
    gru,
    guess,
    lstm,
    simple,
    stack,
    telling,
)

import rnn_oracle
from rnn_oracle.families.stacks.deviations import ARGUMENT, IMPLICIT, NOT_PASSED_ON, UNROLLED
from rnn_oracle.testing.explaining import explanations
from rnn_oracle.testing.hypotheses.hypothesis import MASKS_END, hypotheses
from rnn_oracle.testing.hypotheses.never_met import NEVER_MET
from rnn_oracle.testing.layer_call import LayerCall
from rnn_oracle.verdict.compare import compare
from rnn_oracle.verdict.deviations import is_answer
from rnn_oracle.verdict.ledger import load


def chain_of_dense():
    dense = rnn_oracle.Dense(3, activation="softsign", name="dense")
    return rnn_oracle.Sequential(chain().layers[1:] + [telling(dense, 5)])


def chain_to_dense():
    lower = chain().layers[1]
    return rnn_oracle.Sequential([lower, telling(rnn_oracle.Dense(3), 4)])


def cells():
    return telling(rnn_oracle.RNN([rnn_oracle.GRUCell(4), rnn_oracle.LSTMCell(4)], **WHOLE))


def last(make):
    return lambda: make(return_sequences=False)


def backwards(unroll=True):
    options = dict(go_backwards=True, zero_output_for_mask=True, unroll=unroll)
    return gru(activation="leaky_relu", **options)


WHOLE = dict(return_sequences=True, return_state=True)
STARTED = {"initial_state": [H, C]}
WIDE = {"dtype": "float64"}
CALLS = {
    "SimpleRNN": (lambda: simple(activation="leaky_relu"), {"initial_state": [H]}),
    "LSTM": (lstm, STARTED),
    "GRU": (gru, {"initial_state": [H], "attached": True}),
    "reset_before": (lambda: gru(reset_after=False), {}),
    "last": (last(lstm), dict(STARTED, mask=MASK & [[True], [False]])),
    "backwards": (backwards, WIDE),
    "gelu": (lambda: lstm(activation="gelu"), WIDE),
    "sparsemax": (lambda: lstm(activation="sparsemax"), {}),
    "both": (both, STARTED),
    "both_last": (last(both), {}),
    "cells": (cells, dict(WIDE, x=THIRDS)),
    "zeros": (lambda: lstm(zero_output_for_mask=True), {}),
    "chain": (chain, {"x": X * MASK[..., None], "mask": None}),
    "chain_of_dense": (chain_of_dense, {}),
}

RIGHT = "nothing were wrong"
ZERO = "zero_output_for_mask were True"
IDLE = "the output of a masked step were what the cell makes of it in lower"
# The layer above does not look at masked steps, whatever the one below returns there, and is
# itself the last to have a mask.
OF_CHAIN = [
    {RIGHT, ZERO + " in lower", IDLE},
    {ZERO, ZERO + " in upper"},
    {"masked steps changed the states in lower", "the mask were ignored in lower"},
    {"the mask did not go on from lower", "the mask were ignored in upper"},
    {"the output were zero", "the output were zero in upper"},
]
ALIKE = {
    "chain": OF_CHAIN,
    "chain_of_dense": OF_CHAIN,
    # Its last step is masked in both rows.
    "last": [{"the output were zero", ZERO}],
}


def asked(name):
    make, call = CALLS[name]
    return demand(make(), **dict({"mask": MASK}, **call))


@pytest.mark.parametrize("name", CALLS)
def test_guesses_are_told_apart(name):
    guesses = list(hypotheses(asked(name)))
    assert len({each.text for each in guesses}) == len(guesses) > 5
    with np.errstate(all="ignore"):
        outcomes = {each.text: each.outcome() for each in guesses}
    outcomes[RIGHT] = asked(name).outcome()
    alike = {
        frozenset([text, other])
        for text, outcome in outcomes.items()
        for other, same in outcomes.items()
        if text < other and not compare(outcome, same, copies=False).mismatches
    }
    groups = ALIKE.get(name, [])
    assert alike == {frozenset([a, b]) for group in groups for a in group for b in group if a < b}


PARTS = re.compile(r" in (lower|upper|dense|cell .|GRU, number .*)$")


def test_the_meaning_of_every_guess_is_tested():
    tested = set(test_hypotheses.MEANING) | set(test_hypotheses_by_hand.MEANING)
    tested |= {"each state came in a list of its own", "the mask did not go on with the output"}
    texts = {each.text for name in CALLS for each in hypotheses(asked(name))}
    of_wholes = {
        PARTS.sub("", text.replace(" that is attached to the input", "")) for text in texts
    }
    assert of_wholes - tested == set()


SHOWN = {
    # by deviation: a call of which there is a guess that is known by it
    "mask_argument_not_passed_on": "LSTM",
    "mask_not_passed_on": "LSTM",
    "implicit_mask_dropped": "GRU",
    "single_states_wrapped": "cells",
    "leaky_slope_of_float32": "backwards",
    "gelu_factor_of_float32": "gelu",
    "gelu_root_of_float32": "gelu",
    "unrolled_zeros_misplaced": "backwards",
    "stacked_input_rounded": "cells",
    "sums_of_sums_in_sparsemax": "sparsemax",
    "zeros_not_put_out": "zeros",
}


@pytest.mark.parametrize("deviation", sorted({entry.instead for entry in load()}))
def test_every_divergence_of_the_ledger_has_a_guess_or_a_reason(deviation):
    if deviation in NEVER_MET or is_answer(deviation):
        assert deviation not in SHOWN
    else:
        named = [each for each in hypotheses(asked(SHOWN[deviation])) if deviation in each.instead]
        assert len(named) == 1


IGNORED = "the mask that is attached to the input were ignored"
WRAPPED = "each state came in a list of its own"
MISPLACED = "outputs were zeroed by the mask as it is before it is reversed in time"
FURTHER = "the mask did not go on from lower"
ATTACHED = {"mask": MASK, "attached": True}
ON = "the mask did not go on with the output"
MADE = {
    # the layer, the call, the text, and the deviations that it may be
    "attached": (gru, ATTACHED, IGNORED, ()),
    "attached, started": (gru, dict(ATTACHED, initial_state=[H]), IGNORED, (IMPLICIT,)),
    "stack": (stack, {}, WRAPPED, ("single_states_wrapped",)),
    "stack, started": (stack, {"initial_state": [H, H]}, WRAPPED, ()),
    "loop": (lambda: backwards(unroll=False), {"mask": MASK}, MISPLACED, ()),
    "unrolled": (backwards, {"mask": MASK}, MISPLACED, (UNROLLED,)),
    "chain": (chain, {}, FURTHER, (NOT_PASSED_ON,)),
    "chain, argument": (chain_of_dense, {"mask": MASK}, FURTHER, (ARGUMENT, NOT_PASSED_ON)),
    "chain, with the output": (chain_to_dense, {"mask": MASK}, ON, ()),
    "chain, attached": (chain_of_dense, ATTACHED, FURTHER, (NOT_PASSED_ON,)),
    "chain, one of two": (chain_of_two, {}, FURTHER, ()),
    "chain, both": (chain_of_two, {}, MASKS_END, (NOT_PASSED_ON,)),
}


@pytest.mark.parametrize("name", MADE)
def test_a_guess_is_known_only_where_that_may_be_met(name):
    make, call, text, deviation = MADE[name]
    assert guess(demand(make(), **call), text).instead == deviation


def test_reasons_are_given_for_divergences_of_the_ledger_alone():
    assert set(NEVER_MET) <= {entry.instead for entry in load()}


def is_known(hypothesis):
    return hypothesis.instead != ()


def told(call, actual):
    return [[cause.text for cause in causes] for causes in explanations(call, actual, is_known)]


HAPPENED = {
    "GRU": "activation were relu",
    "both": "merge_mode were sum",
    "cells": "gates z and r were swapped in cell 1",
    "chain": "go_backwards were True in lower",
}


@pytest.mark.parametrize("name", HAPPENED)
def test_what_happened_is_told(name):
    call, text = asked(name), HAPPENED[name]
    assert told(call, guess(call, text).outcome()) == [[text]]


def test_the_rows_that_are_off_tell_what_is_worth_working_out(monkeypatch):
    call = demand(lstm(), x=np.tile(X, (3, 1, 1)), mask=np.ones((6, 5), bool))
    call.mask[4, 1] = False
    text, worked_out = "the mask were ignored", []
    actual, outcome = guess(call, text).outcome(), LayerCall.outcome
    monkeypatch.setattr(LayerCall, "outcome", lambda asked: worked_out.append(1) or outcome(asked))
    assert told(call, actual) == [[text]]
    assert len(worked_out) == 1


def test_what_is_known_and_something_else_are_told_together():
    call = demand(stack())
    wrapped = guess(call, "each state came in a list of its own")
    text = "z and 1 - z were swapped in cell 2"
    actual = guess(wrapped.layer_call(), text).outcome()
    assert told(call, actual) == [[wrapped.text, text]]
    assert explanations(call, actual, lambda hypothesis: False) == []


def test_two_known_ones_are_told_once():
    call = demand(stack(), x=THIRDS, dtype="float64")
    known = [
        "each state came in a list of its own",
        "the list of cells rounded its input to float32",
    ]
    actual = guess(guess(call, known[0]).layer_call(), known[1]).outcome()
    assert [set(causes) for causes in told(call, actual)] == [set(known)]


FAR = {
    "fewer rows": lambda array: array[:1],
    "fewer units": lambda array: array[..., :2],
    "states without axes": lambda array: array if array.ndim > 2 else array[0, 0],
    "nan": lambda array: array * np.nan,
}


@pytest.mark.parametrize("what", FAR)
def test_what_no_guess_comes_near_is_not_explained(what):
    call = demand(lstm())
    right = call.outcome()
    actual = right.changed({name: FAR[what](array) for name, array in right.arrays.items()})
    assert told(call, actual) == []


@pytest.mark.parametrize("steps", [1, 5])
def test_steps_that_come_first_are_no_rows(steps):
    layer = gru(time_major=True, dialect="keras2", go_backwards=True)
    x = THIRDS[:, :steps].swapaxes(0, 1)
    call = demand(layer, x=x, mask=MASK[:, :steps].T, initial_state=[H])
    text = "activation were relu"
    assert [text] in told(call, guess(call, text).outcome())
