"""What old releases do otherwise: widths of the input, states in float32, arguments."""

import types

import pytest

from rnn_oracle.families.bidirectional.case import BidirectionalCase
from rnn_oracle.families.expected import expected
from rnn_oracle.families.forms.case import FormsCase
from rnn_oracle.families.options.case import OptionCase
from rnn_oracle.families.training.case import TrainingCase
from rnn_oracle.targets.keras.stacks import cell_arguments
from rnn_oracle.verdict.deviations import deviation

# Rule I4: TensorFlow 1 casts no input.


@pytest.mark.parametrize(
    "case, verdict",
    [
        (OptionCase(given_as="wide"), "TypeError at call"),
        (OptionCase(given_as="wide", dtype="float64"), "values"),
        (OptionCase(given_as="narrow"), "TypeError at call"),
        (OptionCase(given_as="array"), "values"),
        (BidirectionalCase(given_as="wide"), "TypeError at call"),
        (TrainingCase(given_as="wide"), "TypeError at call"),
        (FormsCase(x_dtype="float16"), "error at call"),
        (FormsCase(), "values"),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_an_input_of_another_width_is_refused_where_nothing_is_cast(case, verdict):
    assert expected(case, "keras2_v1").verdict == verdict
    assert expected(case, "keras2").verdict == "values"


# States in float32, whatever the dtype of the layer.


@pytest.mark.parametrize(
    "mode, initial_state, dialect, verdict",
    [
        ("eager", "none", "keras2", "InvalidArgumentError at call"),
        ("function", "none", "keras2", "TypeError at call"),
        ("eager", "argument", "keras2", "ValueError at call"),
        ("function", "argument", "keras2", "TypeError at call"),
        ("function", "argument", "keras2_v1", "ValueError at call"),
    ],
)
def test_how_states_of_float32_make_a_call_fail(mode, initial_state, dialect, verdict):
    options = dict(mode=mode, initial_state=initial_state, stateful="two_calls", dtype="float64")
    assert failing(OptionCase(**options), dialect) == verdict
    narrow = OptionCase(given_as="narrow", **options)
    assert failing(narrow, dialect) == (verdict if dialect == "keras2" else "TypeError at call")


def failing(case, dialect):
    fails = deviation(case.family, "states_of_float32")
    return fails(case, dialect, case.sizes, expected(case, dialect)).verdict


@pytest.mark.parametrize(
    "family, verdict", [("options", "ValueError at build"), ("own_cells", "ValueError at call")]
)
def test_states_are_made_where_a_layer_is_built(family, verdict):
    assert deviation(family, "states_not_made")(None, "keras2", None, None).verdict == verdict


# Rule F1: `implementation` is 1 by default in TensorFlow 1.


@pytest.mark.parametrize(
    "cell, implementation, dialect, given",
    [
        ("lstm", 2, "keras2_v1", 2),
        ("lstm", 1, "keras2_v1", None),
        ("lstm", 2, "keras2", None),
        ("lstm", 1, "keras2", 1),
        ("simple_rnn", 2, "keras2_v1", None),
    ],
)
def test_implementation_is_given_where_it_is_no_default(cell, implementation, dialect, given):
    case = TrainingCase(cell=cell, implementation=implementation)
    arguments = cell_arguments(types.SimpleNamespace(dialect=dialect), case)
    assert arguments.get("implementation") == given
