"""What a layer does, step by step: the trace of a call, and the answers to questions about it."""

import json
import os

import numpy as np
import pytest
from helpers import FIXTURES, needs, numbers

import rnn_oracle
from rnn_oracle.commands import explain
from rnn_oracle.commands.errors import MisuseError
from rnn_oracle.commands.explained import Explained
from rnn_oracle.commands.question import parse
from rnn_oracle.reference.errors import OracleTypeError, OracleValueError
from rnn_oracle.reference.trace import trace
from rnn_oracle.verdict.ledger import load

pytestmark = needs("packaging")
X, MASK = numbers(2, 5, 3), np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1]], bool)
KINDS = {
    "SimpleRNN": rnn_oracle.SimpleRNN,
    "LSTM": rnn_oracle.LSTM,
    "GRU": rnn_oracle.GRU,
    "GRU reset before": lambda *a, **more: rnn_oracle.GRU(*a, reset_after=False, **more),
}
with open(os.path.join(os.path.dirname(FIXTURES), "docs", "questions.txt")) as file:
    QUESTIONS = file.read().splitlines()


def made(kind, **options):
    layer = KINDS[kind](4, return_sequences=True, return_state=True, **options)
    shapes = [[3 if n is None else n for n in shape] for _, shape, _ in layer.weight_shapes()]
    layer.set_weights([numbers(*shape, seed=i) for i, shape in enumerate(shapes)])
    return layer


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("mask", [None, MASK], ids=["nomask", "mask"])
@pytest.mark.parametrize(
    "options", [{}, {"go_backwards": True}, {"zero_output_for_mask": True}], ids=str
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_is_the_call(kind, options, mask):
    layer = made(kind, **options)
    output, *states = layer(X, mask)
    steps = trace(layer, X, mask)
    np.testing.assert_array_equal(np.stack([step.output for step in steps], axis=1), output)
    np.testing.assert_array_equal(steps[-1].states, states)
    order = [4, 3, 2, 1, 0] if "go_backwards" in options else [0, 1, 2, 3, 4]
    assert [step.time for step in steps] == order
    for step in steps:
        np.testing.assert_array_equal(step.x, X[:, step.time])
        np.testing.assert_array_equal(step.valid, True if mask is None else mask[:, step.time])


def test_the_gates_are_those_of_the_equations():
    steps = trace(made("LSTM"), X)
    before = np.zeros((2, 4))
    for step in steps:
        gates = step.gates
        c = gates["f"] * before + gates["i"] * gates["g"]
        np.testing.assert_allclose(step.states[1], c, rtol=1e-12)
        np.testing.assert_allclose(step.output, gates["o"] * np.tanh(c), rtol=1e-12)
        before = step.states[1]
    kernel, _, bias = made("LSTM").get_weights()
    first = dict(zip("ifgo", np.split(X[:, 0] @ kernel + bias, 4, axis=1)))
    for name, z in first.items():
        want = np.tanh(z) if name == "g" else sigmoid(z)
        np.testing.assert_allclose(steps[0].gates[name], want, rtol=1e-6)


@pytest.mark.parametrize("kind", ["GRU", "GRU reset before"])
def test_the_gates_of_gru_mix_the_state_and_the_candidate(kind):
    before = np.zeros((2, 4))
    for step in trace(made(kind), X):
        z, candidate = step.gates["z"], step.gates["candidate"]
        np.testing.assert_allclose(step.output, z * before + (1 - z) * candidate, rtol=1e-12)
        assert set(step.gates) == {"z", "r", "candidate"} and (step.gates["r"] > 0).all()
        before = step.output


def test_a_function_of_ones_own_is_followed():
    layer = made("GRU", recurrent_activation=lambda z: sigmoid(z) ** 2)
    (output, _), steps = layer(X), trace(layer, X)
    np.testing.assert_array_equal(steps[-1].output, output[:, -1])
    assert set(steps[0].gates) == {"z", "r", "candidate"}


def test_a_trace_keeps_no_state_of_a_stateful_layer():
    layer = made("GRU", stateful=True)
    trace(layer, X)
    assert layer.states is None


@pytest.mark.parametrize(
    "layer",
    [
        rnn_oracle.Bidirectional(rnn_oracle.GRU(2)),
        rnn_oracle.RNN([rnn_oracle.GRUCell(2), rnn_oracle.GRUCell(2)]),
        rnn_oracle.Dense(2),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_has_not_one_cell_is_not_traced(layer):
    with pytest.raises(OracleTypeError, match="only a layer of one cell can be traced"):
        trace(layer, X)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_on_one_screen(question, capsys):
    assert explain.main([question]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 60 and max(map(len, lines)) <= 80
    assert lines[0].startswith(("LSTM(1", "GRU(1", "SimpleRNN(1", "Bidirectional("))


def test_there_are_ten_questions():
    assert len(set(QUESTIONS)) == 10


def test_an_answer(capsys):
    assert explain.main(["LSTM", "go_backwards", "zero_output_for_mask", "mask=right"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(
        "LSTM(1, return_sequences=True, go_backwards=True, zero_output_for_mask=True)\n"
        "keras3; one sequence of 5 steps of one feature\n\n"
        "step  reads   mask       x      i      f      o       g      h      c  output\n"
        "   1   x[4]  False  -0.400  0.530  0.613  0.455  -0.080  0.000  0.000   0.000\n"
    )
    assert "output (1, 5, 1): 0.000 0.000 0.054 0.061 0.048\n" in printed
    assert "mask that goes on with the output: True True True False False\n" in printed
    assert "\nM3  With `zero_output_for_mask` the output of every masked step is zero" in printed
    assert "keras2: the same numbers\n" in printed
    entry = next(entry for entry in load() if entry.id == "keras3-mask-argument-not-passed-on")
    assert f"{entry.target} {entry.versions}: {entry.title[:20]}" in printed


def test_other_dialects_are_told(capsys):
    explain.main(["GRU recurrent_activation=hard_sigmoid"])
    printed = capsys.readouterr().out
    assert "keras2: other numbers: " in printed
    assert "keras2_v1: other numbers: " in printed and "defaults are reset_after=False" in printed
    explain.main(["GRU time_major dialect=keras2"])
    assert "keras3: refuses it: GRU() of dialect keras3 does not know" in capsys.readouterr().out


def test_the_directions_of_bidirectional_are_told_apart():
    both = Explained(parse("Bidirectional GRU mask=left merge_mode=none initial_state=argument"))
    assert list(both.sides) == ["forward", "backward"]
    for (_, steps), output in zip(both.sides.items(), both.results):
        found = {step.time: step.output.item() for step in steps}
        assert [found[time] for time in range(5)] == output.ravel().tolist()


def test_a_bidirectional_layer_zeroes_what_a_plain_one_repeats(capsys):
    cited = [
        Explained(parse(f"{words} mask=left")).rules[0] for words in ("GRU", "Bidirectional GRU")
    ]
    assert ["M2" in rules for rules in cited] == [True, False]
    assert ["B3" in rules for rules in cited] == [False, True]


def test_json(capsys):
    assert explain.main(["LSTM mask=row initial_state=argument return_state", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [step["valid"] for step in told["steps"]["LSTM"]] == [[False]] * 5
    h, c = told["initial_state"]
    assert told["results"]["final h"] == h and told["results"]["final c"] == c
    assert "S3" in told["rules"] and set(told["dialects"]) == {"keras2", "keras2_v1"}


@pytest.mark.parametrize(
    "question, message",
    [
        ("", "expected one layer, of SimpleRNN, LSTM, GRU, not none"),
        ("GRU LSTM", "expected one layer, of SimpleRNN, LSTM, GRU, not GRU and LSTM"),
        ("LSTN", "'LSTN' is no layer and no option; did you mean LSTM?"),
        ("LSTM qqq", "'qqq' is no layer and no option; there is SimpleRNN, LSTM, GRU, Bid"),
        ("LSTM mask=up", "mask=up: expected one of none, all_true, right, "),
        ("LSTM unroll=maybe", "unroll=maybe: expected True or False"),
        ("LSTM merge_mode=sum", "merge_mode is an argument of Bidirectional, which is not "),
    ],
)
def test_a_question_that_cannot_be_understood(question, message, capsys):
    with pytest.raises(MisuseError, match=message.replace("?", r"\?")):
        parse(question)
    assert explain.main([question]) == 2
    assert message in capsys.readouterr().err


def test_what_the_rules_refuse_is_told(capsys):
    with pytest.raises(OracleValueError):
        Explained(parse("LSTM time_major"))
    assert explain.main(["LSTM time_major"]) == 2
    assert "does not know the argument time_major" in capsys.readouterr().err


@pytest.mark.itself
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_script_of_a_question_shows_it(target, question, capsys):
    explained = Explained(parse(question))
    if explained.asked.dialect != target.dialect:
        pytest.skip(f"it is about {explained.asked.dialect}")
    target.load()
    program = explained.script().replace("from tensorflow import keras", "")
    program = program.replace("import tf_keras as keras", "").replace("print(layer", "got = (layer")
    there = {"keras": target.keras}
    exec(program, there)
    got = there["got"]
    got = list(got) if isinstance(got, (list, tuple)) else [got]
    for mine, its in zip(explained.results, got):
        np.testing.assert_allclose(np.asarray(its), mine, rtol=1e-5, atol=1e-6)
