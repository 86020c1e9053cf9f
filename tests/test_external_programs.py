"""Programs that are targets: the examples of docs/implementing.md, and programs that misbehave."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.targets import get
from rnn_oracle.targets.layer_level import FEATURES, AnswerError, LayerTarget
from rnn_oracle.targets.program.arrays import as_json, from_json
from rnn_oracle.targets.program.target import ProgramTarget
from rnn_oracle.targets.runtime import BrokenTargetError
from rnn_oracle.verdict.judge import AGREE, DIVERGES, UNSUPPORTED, judge, passes

CASE = CoreCase("gru", "two", True, True)
PAGE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "docs", "implementing.md")
COMMANDS = {"my_rnn.py": sys.executable, "my_rnn.js": shutil.which("node")}


def example(name):
    with open(PAGE, encoding="utf-8") as file:
        ending = name.rpartition(".")[2]
        return re.search(rf"```{ending}\n(.*?)```", file.read(), re.DOTALL).group(1)


@pytest.fixture
def program(tmp_path):
    """Return a function that makes a target of the text of a program in Python."""
    made = []

    def make(text, **options):
        path = tmp_path / "program.py"
        path.write_text(text)
        made.append(ProgramTarget(f"{sys.executable} {path}", **options))
        return made[-1]

    yield make
    for target in made:
        target.end()


# The page.


@pytest.mark.parametrize("name", COMMANDS)
def test_an_example_of_the_page(name, tmp_path):
    if COMMANDS[name] is None:
        pytest.skip("there is no Node here")
    if importlib.util.find_spec("rich") is None:
        pytest.skip("check prints with rich, which is not here")
    text = example(name)
    assert len(text.splitlines()) < 120
    (tmp_path / name).write_text(text)
    command = f"{COMMANDS[name]} {tmp_path / name}"
    selected = ["--only", "*.last.state.batch_major.backwards.holes.*", "--only", "*hard_sigmoid*"]
    done = subprocess.run(
        [sys.executable, "-m", "rnn_oracle.check", "--target-program", command]
        + selected
        + ["--json", str(tmp_path / "verdicts.json")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((tmp_path / "verdicts.json").read_text())["results"]
    fared = {(r["options"]["cell"], r["options"]["stacking"]): r["verdict"] for r in results}
    for (_, stacking), verdict in fared.items():
        refused = stacking.endswith("without_sequences")
        assert verdict == ("unsupported" if refused else "agree")
    assert len({cell for cell, _ in fared}) == 6


FAULTS = {
    "gates-permuted": ("i, f, c, o =", "f, i, c, o ="),
    "mask-dropped": ("if mask is not None:", "if False:"),
    "state-dropped": ("if states is None:", "if True:"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_in_an_example_is_found(what, program):
    text = example("my_rnn.py")
    assert text.count(FAULTS[what][0]) == 1
    case = CoreCase("lstm", "one", True, False, False, False, "holes", "argument")
    assert judge(program(text), case, []).verdict == AGREE
    verdict = judge(program(text.replace(*FAULTS[what])), case, [])
    assert verdict.verdict == DIVERGES and "given.output" in verdict.detail


def test_the_page_tells_all_features():
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    assert [word for word in FEATURES if f"`{word}`" not in text] == []


# What programs do wrong.

START = """
import json, os, sys, time
sys.stdin.readline()
about = {"name": "odd", "version": "1", "dialect": "keras3", "features": ["gru"]}
print(json.dumps(about), flush=True)
array = {"dtype": "float32", "shape": [4, 6, 5], "data": "AAAA" * 160}
zeros = {"dtype": "float32", "shape": [4, 5], "data": "A" * 107 + "="}
for line in sys.stdin:
    answer = {"id": json.loads(line)["id"], "output": array, "states": [[zeros]]}
"""
SAYS = "    print(json.dumps(dict(answer, {})), flush=True)\n"

WRONG = {
    "hangs": ("    time.sleep(600)", "TimeoutError at call (no answer within 1 s)"),
    "dies": (
        "    sys.exit('out of luck')",
        "ProgramEndedError at call (it ended with status 1: o",
    ),
    "is-killed": (
        "    os.kill(os.getpid(), 9)",
        "ProgramEndedError at call (it ended with SIGK",
    ),
    "says-no-json": ("    print('hello', flush=True)", "AnswerError at call (an answer is no JSON"),
    "says-no-object": ("    print(3, flush=True)", "an answer is 3, expected an object"),
    "nests-deeply": ("    print('[' * 200000, flush=True)", "an answer is no JSON"),
    "says-no-text": ("    sys.stdout.buffer.write(b'\\xff\\n'); sys.stdout.flush()", "is no JSON"),
    "answers-another": (SAYS.format("id=0"), "the id is 0, expected "),
    "answers-nothing": (SAYS.format("output=None"), "output: expected an object with dtype"),
    "has-no-states": (SAYS.format("states=None"), "states are None, expected a list of lists"),
    "has-two-states": (SAYS.format("states=[[zeros, zeros]]"), "layer 1 returned states of [2]"),
    "reports-an-error": (
        SAYS.format("error={'type': 'KeyError', 'message': 'no such cell'}"),
        "got KeyError at call (no such cell)",
    ),
    "reports-no-error": (SAYS.format("error='no'"), "error is 'no', expected an object"),
    "reports-a-sentence": (
        SAYS.format("error={'type': 'it went wrong', 'message': ''}"),
        "the type of an error is 'it went wrong', expected a name",
    ),
    "answers-another-shape": (
        SAYS.format("output=zeros"),
        "the output of layer 1 is float32 (4, 5), expected floats (4, 6, 5)",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_a_program_does_wrong_has_a_verdict(what, program):
    text, told = WRONG[what]
    target = program(START + text, seconds_to_answer=1 if what == "hangs" else 60)
    for _ in range(2):  # it is started again where it has ended
        verdict = judge(target, CASE, [])
        assert verdict.verdict == DIVERGES and told in verdict.detail.replace(
            ", expected 2", ", expected 1"
        )


def test_numbers_that_are_none(program):
    nan = SAYS.format("output=dict(array, data='AADAfwAAwH8AAMB/' * 40)")
    verdict = judge(program(START + nan), CoreCase("gru", "one", True, False), [])
    assert verdict.verdict == DIVERGES and "got nan" in verdict.detail


def test_what_is_unsupported_after_all_is_a_failure(program):
    verdict = judge(program(START + SAYS.format("unsupported='no GRU today'")), CASE, [])
    assert verdict.verdict == UNSUPPORTED and not passes(verdict)
    assert "says that it has what it lacks: 'no GRU today'" in verdict.detail


def test_what_a_program_says_that_it_cannot_do_is_left_out(program):
    case = CoreCase(
        "lstm", "cells", False, False, go_backwards=True, mask="row", mask_from="argument"
    )
    verdict = judge(program(START), case, [])
    assert verdict.verdict == UNSUPPORTED and passes(verdict)
    assert "has no lstm or go_backwards or stacked_cells or mask" in verdict.detail


NOT_STARTED = {
    "no-program": ("", "it ended with status 0"),
    "an-error": ("raise SystemExit('no licence')", "it ended with status 1: no licence"),
    "no-name": ("print('{}')", "name is None, expected a text"),
    "another-dialect": (
        """print('{"name": "a", "version": "1", "dialect": "torch"}')""",
        "dialect is 'torch', expected one of keras3",
    ),
    "another-feature": (
        """print('{"name": "a", "version": "1", "dialect": "keras3", "features": ["all"]}')""",
        "features are ['all'], expected some of",
    ),
}


@pytest.mark.parametrize("what", NOT_STARTED)
def test_a_program_that_does_not_say_what_it_is(what, program):
    text, told = NOT_STARTED[what]
    with pytest.raises(BrokenTargetError) as raised:
        program(text).load()
    assert told in str(raised.value)


@pytest.mark.parametrize("command", ["", "no-such-program-anywhere", "'unclosed"])
def test_a_command_that_starts_nothing(command):
    with pytest.raises(BrokenTargetError, match="cannot start"):
        get("program:" + command).load()


# Arrays.


@pytest.mark.parametrize("dtype", ["float32", "float64", "bool"])
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)], ids=str)
def test_an_array_goes_and_comes(dtype, shape):
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    back = from_json(json.loads(json.dumps(as_json(array))), "it")
    assert back.dtype == array.dtype and back.shape == shape and (back == array).all()


NO_ARRAYS = {
    "nothing": (None, "expected an object"),
    "more": (dict(as_json(np.zeros(1)), more=1), "expected an object"),
    "dtype": ({"dtype": "int8", "shape": [1], "data": "AA=="}, "the dtype is 'int8'"),
    "dtype-of-no-text": ({"dtype": [], "shape": [1], "data": "AA=="}, "the dtype is"),
    "shape": ({"dtype": "bool", "shape": 1, "data": "AA=="}, "the shape is 1"),
    "negative": ({"dtype": "bool", "shape": [-1], "data": "AA=="}, r"the shape is \[-1\]"),
    "bools": ({"dtype": "bool", "shape": [True], "data": "AA=="}, r"the shape is \[True\]"),
    "data": ({"dtype": "bool", "shape": [1], "data": "?"}, "no base64"),
    "data-of-no-text": ({"dtype": "bool", "shape": [1], "data": 3}, "no base64"),
    "too-few": ({"dtype": "float32", "shape": [2], "data": "AAAAAA=="}, "4 bytes, expected 8"),
}


@pytest.mark.parametrize("what", NO_ARRAYS)
def test_what_is_no_array(what):
    value, told = NO_ARRAYS[what]
    with pytest.raises(AnswerError, match=told):
        from_json(value, "it")


# Targets in Python.


class Forgetful(LayerTarget):
    """It has no initial states, and is right: it repeats what it was told."""

    name, version, dialect, features = "forgetful", "1.0", "keras3", ("simple_rnn",)

    def call(self, layer, x, mask, initial_state):
        assert initial_state is None
        (cell,) = layer.cells
        kernel, recurrent, bias = cell.weights
        h, outputs = np.zeros((len(x), cell.units), "float32"), []
        for t in range(x.shape[1]):
            h = np.tanh(x[:, t] @ kernel + h @ recurrent + bias)
            outputs.append(h)
        return (np.stack(outputs, 1) if layer.return_sequences else h), [[h]]


def test_only_calls_that_a_runtime_can_make_are_compared():
    verdict = judge(Forgetful(), CoreCase("simple_rnn", "one", True, True), [])
    assert (verdict.verdict, verdict.numbers) == (AGREE, 4 * 6 * 5 + 4 * 5)


def test_numbers_of_some_calls():
    outcome = Outcome(
        {"a.output": np.zeros(1), "a.mask": np.zeros(1), "b.output": np.zeros(1)}, {"a.states": 1}
    )
    assert set(outcome.numbers_of(["a"]).arrays) == {"a.output"}
    assert outcome.numbers_of(["a"]).facts == {}
    refused = Outcome.of_verdict("ValueError at call")
    assert refused.numbers_of(["a"]) is refused
