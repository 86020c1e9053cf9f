"""Every rule leads to its cases, and every case to its rules. No TensorFlow."""

import glob
import re

import pytest

from rnn_oracle.families import registry
from rnn_oracle.families.citations import WITHOUT_CASES
from rnn_oracle.families.spec import rules

DIALECTS = ("keras3", "keras2", "tf1")
CASES = {
    family.id: [
        (case, case.options, set(case.rules))
        for case in dict.fromkeys(case for d in DIALECTS for case in family.cases(d))
    ]
    for family in registry.families()
}
"""By family: each case with its options and the rules that it cites."""

MASKED = {"all_true", "right", "left", "holes", "first", "row"}
SAVED = {"keras", "h5", "saved_model", "config"}
BROUGHT_IN = [
    ("cell", {"simple_rnn", "keras_simple_rnn"}, "C1"),
    ("cell", {"lstm_hard_sigmoid", "keras_lstm"}, "C2"),
    ("cell", {"gru_reset_before", "keras_gru_reset_before"}, "C5"),
    ("cell", {"lstm_hard_sigmoid", "gru_hard_sigmoid"}, "A2"),
    ("stacking", {"cells", "alike", "mixed", "below_lstm", "above_lstm"}, "C6 D2"),
    ("stacking", {"two_without_sequences", "three_without_sequences"}, "I1"),
    ("return_sequences", {True, False}, "R2"),
    ("return_state", {True}, "S1 D1"),
    ("go_backwards", {True}, "G1"),
    ("mask", MASKED, "M1 M4"),
    ("mask_as", {"tensor", "array", "int32", "float32", "third_axis"}, "M1 M4 I2 I6"),
    ("mask_from", {"masking", "masking_value"}, "L2 M6"),
    ("mask_from", {"embedding"}, "L1 M6"),
    ("zero_output_for_mask", {True}, "M3"),
    ("initial_state", {"inputs"}, "I3 I6"),
    ("initial_state", {"symbolic"}, "I3"),
    ("initial_state", {"get_initial_state"}, "S7"),
    ("stateful", {"two_calls", "three_calls", "reset_between"}, "S4"),
    ("unroll", {True}, "R3"),
    ("implementation", {1}, "R3"),
    ("unit_forget_bias", {False}, "C3"),
    ("activation", {"hard_sigmoid"}, "A2"),
    ("activation", {"softmax", "log_softmax", "sparsemax"}, "A3"),
    ("recurrent_activation", {"hard_sigmoid"}, "A2"),
    ("recurrent_activation", {"softmax", "log_softmax", "sparsemax"}, "A3"),
    ("mode", {"function", "model", "predict"}, "R6"),
    ("mode", {"xla"}, "R6 T2"),
    ("mode", SAVED, "R5"),
    ("dtype", {"float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"}, "D6"),
    ("given_as", {"wide", "narrow"}, "I4"),
    ("x_as", {"ragged"}, "I8"),
    ("x_as", {"list", "in_list", "in_tuple", "sparse"}, "I6"),
    ("states_as", {"list", "tuple", "arrays", "flat"}, "I3 I7"),
    ("constants", {"list", "bare", "in_input"}, "C8"),
    ("kind", {"pair", "named", "deep"}, "I9"),
    ("training", {True}, "P1 P2"),
    ("training", {False}, "R4"),
    ("backward_layer", {"default", "own", "own_units"}, "B1 B2"),
    ("merge_mode", {"concat", "sum", "ave", "mul", None}, "B4 B7"),
    ("lengths", {"mixed", "short"}, "V10 V11"),
    ("state_is_tuple", {False}, "V4"),
    ("driver", {"dynamic"}, "V13"),
    ("driver", {"static"}, "V14"),
    ("driver", {"bidirectional"}, "V15"),
]
"""An option, its values, and the rules that each of these brings in, in every family."""

NO_OPTION = "not an option"
TOGETHER = [
    ({"go_backwards": {True}, "mask": MASKED}, "G2 M5"),
    ({"mask": MASKED, "zero_output_for_mask": {False}, "merge_mode": {NO_OPTION}}, "M2"),
    ({"mask": MASKED, "return_sequences": {False}, "merge_mode": {"concat", None}}, "M2"),
    ({"stateful": {"two_calls", "reset_between"}, "initial_state": {"argument"}}, "S5"),
    ({"training": {True}, "recurrent_dropout": {0.5}}, "P3"),
    ({"training": {None, False}, "dropout": {0.25}}, "R4"),
    ({"training": {None, False}, "recurrent_dropout": {0.5}}, "R4"),
    ({"mask": MASKED, "mask_from": {"argument"}, "stacking": {"two", "three"}}, "M6"),
    ({"time_major": {True}, "return_sequences": {True, False}}, "D3"),
    ({"return_state": {True}, "merge_mode": {"concat", None}}, "B5 H3"),
]
"""Several options with their values, and the rules that these bring in together."""

WHERE = [({option: values}, ids) for option, values, ids in BROUGHT_IN] + TOGETHER


def cases_with(family, where):
    return [
        (case, cited)
        for case, options, cited in CASES[family]
        if all(options.get(name, NO_OPTION) in values for name, values in where.items())
    ]


@pytest.mark.parametrize("family", [name for name in CASES if name != "refusals"])
def test_where_an_option_is_on_its_rules_are_cited(family):
    """A refusal cites the rule that demands it alone: what would be computed decides nothing."""
    for where, ids in WHERE:
        for case, cited in cases_with(family, where):
            missing = set(ids.split()) - cited
            assert not missing, f"{case.id} has {where} and does not cite {missing}"


def test_every_line_above_speaks_of_a_case():
    for where, _ in WHERE:
        assert any(cases_with(family, where) for family in CASES), where


@pytest.mark.parametrize("family", CASES)
def test_every_case_cites_rules_that_exist_each_once(family):
    known = set(rules())
    for case, _, cited in CASES[family]:
        assert cited and cited <= known
        assert len(cited) == len(case.rules)


@pytest.mark.parametrize("rule", rules())
def test_a_rule_has_cases_or_a_reason(rule):
    is_cited = any(rule in cited for cases in CASES.values() for _, _, cited in cases)
    assert is_cited != (rule in WITHOUT_CASES)


def test_a_reason_names_tests_that_exist(pytestconfig):
    for reason in WITHOUT_CASES.values():
        named = re.findall(r"tests/[\w*]+\.py", reason)
        assert named
        for path in named:
            assert glob.glob(str(pytestconfig.rootpath / path)), path
