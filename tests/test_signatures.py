"""The signatures and docstrings of the public names: Keras's arguments, examples that run."""

import doctest
import inspect
import re

import pytest
from helpers import within

import rnn_oracle
from rnn_oracle import dropout, tf1
from rnn_oracle.arithmetic import decimals, error_bounds, nest
from rnn_oracle.reference import scan
from rnn_oracle.reference.custom_cell import CustomCell
from rnn_oracle.reference.dialects import ABSENT, DEFAULT, KERAS3

REQUIRED = inspect.Parameter.empty

_INITIALIZERS = dict(
    kernel_initializer="glorot_uniform",
    recurrent_initializer="orthogonal",
    bias_initializer="zeros",
)
_REGULARIZERS = dict(kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None)
_REST = dict(
    kernel_constraint=None,
    recurrent_constraint=None,
    bias_constraint=None,
    dropout=0.0,
    recurrent_dropout=0.0,
)
_GATED = dict(units=REQUIRED, activation="tanh", recurrent_activation="sigmoid", use_bias=True)
_OPTIONS = dict.fromkeys(
    ("return_sequences", "return_state", "go_backwards", "stateful", "unroll"), False
)


def chained(*parts):
    """Return one dict of several, in order, in which no name stands twice."""
    whole = [pair for part in parts for pair in part.items()]
    assert len(dict(whole)) == len(whole)
    return dict(whole)


KERAS = {
    "SimpleRNNCell": chained(
        dict(units=REQUIRED, activation="tanh", use_bias=True),
        _INITIALIZERS,
        _REGULARIZERS,
        _REST,
        dict(seed=None),
    ),
    "LSTMCell": chained(
        _GATED, _INITIALIZERS, dict(unit_forget_bias=True), _REGULARIZERS, _REST, dict(seed=None)
    ),
    "GRUCell": chained(
        _GATED, _INITIALIZERS, _REGULARIZERS, _REST, dict(reset_after=True, seed=None)
    ),
    "SimpleRNN": chained(
        dict(units=REQUIRED, activation="tanh", use_bias=True),
        _INITIALIZERS,
        _REGULARIZERS,
        dict(activity_regularizer=None),
        _REST,
        _OPTIONS,
        dict(seed=None),
    ),
    "LSTM": chained(
        _GATED,
        _INITIALIZERS,
        dict(unit_forget_bias=True),
        _REGULARIZERS,
        dict(activity_regularizer=None),
        _REST,
        dict(seed=None),
        _OPTIONS,
        dict(use_cudnn="auto"),
    ),
    "GRU": chained(
        _GATED,
        _INITIALIZERS,
        _REGULARIZERS,
        dict(activity_regularizer=None),
        _REST,
        dict(seed=None),
        _OPTIONS,
        dict(reset_after=True, use_cudnn="auto"),
    ),
    "RNN": chained(dict(cell=REQUIRED), _OPTIONS, dict(zero_output_for_mask=False)),
    "StackedRNNCells": dict(cells=REQUIRED),
    "Bidirectional": dict(layer=REQUIRED, merge_mode="concat", weights=None, backward_layer=None),
    "TimeDistributed": dict(layer=REQUIRED),
    "Dense": dict(
        units=REQUIRED,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
    ),
    "Embedding": dict(
        input_dim=REQUIRED,
        output_dim=REQUIRED,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
    ),
    "Masking": dict(mask_value=0.0),
    "Flatten": {},
    "GlobalAveragePooling1D": {},
}
"""The arguments of Keras 3.15 in its order, with its defaults, but for those in `LEFT_OUT`."""

LEFT_OUT = {
    "Dense": {"lora_rank", "lora_alpha", "quantization_config"},
    "Embedding": {"weights", "lora_rank", "lora_alpha", "quantization_config"},
    "Flatten": {"data_format"},
    "GlobalAveragePooling1D": {"data_format", "keepdims"},
}
"""What Keras writes out and the oracle refuses, or leaves to ``**kwargs``."""

_LAYER = {"zero_output_for_mask", "time_major", "dtype", "dialect"}
OURS = {
    "SimpleRNN": _LAYER,
    "LSTM": _LAYER,
    "GRU": _LAYER,
    "RNN": {"time_major", "dtype", "dialect"},
    "Bidirectional": {"dtype"},
    "Embedding": {"activity_regularizer", "dtype", "dialect"},  # the first is of Keras 2
}
"""What the oracle writes out and Keras 3 does not; by default the dtype and the dialect."""

OPTIONAL = {"activity_regularizer", "seed", "use_cudnn", "time_major", "weights"}
"""What is `ABSENT` until it is given."""

POSITIONAL = {
    "SimpleRNNCell": 3,
    "LSTMCell": 4,
    "GRUCell": 4,
    "SimpleRNN": 3,
    "LSTM": 4,
    "GRU": 4,
    "RNN": 6,
    "StackedRNNCells": 3,
    "Bidirectional": 2,
    "TimeDistributed": 1,
    "Dense": 3,
    "Embedding": 2,
    "Masking": 3,
    "Flatten": 2,
    "GlobalAveragePooling1D": 2,
}
"""How many arguments may be given without a name."""


def parameters(kind):
    """Return the parameters of a signature by name, without ``**kwargs``."""
    found = inspect.signature(kind).parameters
    return {name: p for name, p in found.items() if p.kind is not p.VAR_KEYWORD}


def default_in_keras3(name, default):
    """Return what a default of a signature stands for in `keras3`."""
    return KERAS3.defaults[name] if default is DEFAULT else default


@pytest.mark.parametrize("name", KERAS)
def test_the_arguments_are_those_of_keras(name):
    ours = parameters(getattr(rnn_oracle, name))
    more = OURS.get(name, {"dtype", "dialect"})
    assert set(ours) - set(KERAS[name]) == more
    shared = [argument for argument in ours if argument not in more]
    assert shared == list(KERAS[name])
    defaults = {argument: ours[argument].default for argument in shared}
    absent = {argument for argument in ours if ours[argument].default is ABSENT}
    assert absent == OPTIONAL & set(ours)
    for argument in set(shared) - absent:
        assert default_in_keras3(argument, defaults[argument]) == KERAS[name][argument], argument


@pytest.mark.parametrize("name", KERAS)
def test_only_the_first_arguments_go_without_a_name(name):
    kinds = [p.kind for p in parameters(getattr(rnn_oracle, name)).values()]
    bare = inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert kinds.count(bare) == POSITIONAL[name] and set(kinds[: POSITIONAL[name]]) <= {bare}


@pytest.mark.parametrize("name", KERAS)
def test_the_list_above_is_that_of_keras(target, name):
    """Of another release in what it shares with the list, for both have arguments of their own."""
    real = parameters(getattr(target.keras.layers, name))
    whole = within(target, keras3=">=3.15,<3.16")
    shared = [argument for argument in real if argument in KERAS[name]]
    assert shared == [argument for argument in KERAS[name] if argument in real]
    if target.dialect != "keras2_v1":  # it has defaults of its own (rule F1)
        assert {a: real[a].default for a in shared} == {a: KERAS[name][a] for a in shared}
    if whole:
        assert set(real) - set(shared) == LEFT_OUT.get(name, set())
        assert set(KERAS[name]) == set(shared)


@pytest.mark.parametrize("dialect", ["keras3", "keras2"])
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU", "RNN"])
def test_what_is_not_given_is_not_told(name, dialect):
    first = rnn_oracle.GRUCell(4, dialect=dialect) if name == "RNN" else 4
    config = getattr(rnn_oracle, name)(first, dialect=dialect).get_config()
    assert {"activity_regularizer", "use_cudnn", "weights"} & set(config) == set()
    assert ("time_major" in config) == (dialect == "keras2")
    assert not any(value is ABSENT or value is DEFAULT for value in config.values())


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("value", [False, True])
def test_time_major_is_unknown_to_keras3_whatever_its_value(name, value):
    first = rnn_oracle.GRUCell(4) if name == "RNN" else 4
    with pytest.raises(ValueError, match="does not know the argument time_major"):
        getattr(rnn_oracle, name)(first, time_major=value)


# Docstrings.

PUBLIC = {
    **{name: getattr(rnn_oracle, name) for name in rnn_oracle.__all__},
    **{"tf1." + name: getattr(tf1, name) for name in tf1.__all__},
    **{"dropout." + name: getattr(dropout, name) for name in dropout.__all__},
    "CustomCell": CustomCell,
}


def section(thing, title):
    """Return the text of a section of a docstring, or None."""
    text = inspect.cleandoc(thing.__doc__ or "") + "\n"
    titles = list(re.finditer(r"^(\w+)\n-+\n", text, re.MULTILINE))
    ends = [found.start() for found in titles[1:]] + [len(text)]
    found = {match.group(1): text[match.end() : end] for match, end in zip(titles, ends)}
    return found.get(title)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_names_the_arguments_and_shows_an_example(name):
    thing = PUBLIC[name]
    told = section(thing, "Parameters")
    assert told is not None and section(thing, "Examples") is not None
    heads = [line for line in told.splitlines() if line and not line.startswith(" ")]
    names = [word.strip("* ") for head in heads for word in head.partition(" :")[0].split(",")]
    assert sorted(names) == sorted(inspect.signature(thing).parameters)


def examples(name, **given):
    return doctest.DocTestFinder().find(PUBLIC[name], name, False, globs=given)


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - {"from_keras"}))
def test_the_examples_are_right(name):
    run(examples(name))


def test_the_example_of_from_keras_is_right(target):
    if within(target, keras2="<2.0"):
        pytest.skip("it computes nothing outside a session")
    run(examples("from_keras", keras=target.keras))


@pytest.mark.parametrize("module", [decimals, error_bounds, nest, scan], ids=lambda m: m.__name__)
def test_the_examples_of_a_module_are_right(module):
    """Of modules without public names that show how they are used."""
    run(doctest.DocTestFinder().find(module))


def run(tests):
    assert any(test.examples for test in tests)
    runner = doctest.DocTestRunner()
    for test in tests:
        printed = []
        assert runner.run(test, out=printed.append).failed == 0, "".join(printed)


@pytest.mark.parametrize("name", [n for n in PUBLIC if inspect.isclass(PUBLIC[n])])
def test_each_method_has_a_docstring(name):
    methods = inspect.getmembers(PUBLIC[name], inspect.isfunction)
    public = {n: m for n, m in methods if not n.startswith("_") or n == "__call__"}
    without = {n for n in public if not inspect.getdoc(getattr(PUBLIC[name], n))}
    assert without == set()
