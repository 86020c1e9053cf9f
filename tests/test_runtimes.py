"""The runtimes beside Keras: how weights are laid out for them, and that what is wrong is found."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from rnn_oracle.commands import check, selection, tabulate_runtimes
from rnn_oracle.commands.kept_table import read_table
from rnn_oracle.families.case import Sizes
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.layers.problem import problem
from rnn_oracle.records.format import default_folder
from rnn_oracle.targets import available, conversions, get, model_level, registry
from rnn_oracle.targets.conversions import ONNX, TORCH, converted
from rnn_oracle.targets.layer_level import Cell
from rnn_oracle.targets.litert import target as litert_target
from rnn_oracle.targets.onnxruntime import target as onnxruntime_target
from rnn_oracle.targets.runtime import BrokenTargetError
from rnn_oracle.targets.torch import target as torch_target
from rnn_oracle.targets.torch.target import TorchTarget
from rnn_oracle.verdict.judge import AGREE, DIVERGES, KNOWN, UNSUPPORTED, judge, passes
from rnn_oracle.verdict.ledger import load, matching

NAMES = list(registry.RUNTIMES) + list(registry.CONVERTERS)
PADDED = CoreCase("lstm", "one", True, True, False, False, "right", "argument")
ROOT = os.path.dirname(default_folder())
SCRIPTS = sorted(os.listdir(os.path.join(ROOT, tabulate_runtimes.SCRIPTS)))


@pytest.fixture(params=NAMES)
def runtime(request):
    """Each target beside Keras, where it is installed."""
    if request.param not in available():
        pytest.skip(f"there is no {request.param} here")
    return get(request.param)


# Layouts.


def by_gate(letters, width=1):
    """Return a row in which each gate has a number of its own: its place in the alphabet."""
    return np.repeat([float(ord(letter)) for letter in letters], width)[None]


@pytest.mark.parametrize(
    "runtime, kind, gates",
    [
        (TORCH, "lstm", "ifco"),
        (TORCH, "gru", "rzh"),
        (ONNX, "lstm", "iofc"),
        (ONNX, "gru", "zrh"),
        (ONNX, "simple_rnn", "h"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.title,
)
def test_gates_in_the_order_of_a_runtime(runtime, kind, gates):
    row = by_gate(conversions.KERAS[kind], 2)
    bias = np.concatenate([row, -row]) if kind == "gru" else row[0]
    cell = Cell(kind, 2, "tanh", "sigmoid", kind == "gru", [row, row, bias])
    arrays = converted(cell, runtime)
    assert len(arrays) == len(runtime.weights)
    for array in arrays[:2]:
        assert (array.reshape(-1) == by_gate(gates, 2)).all()
        assert array.shape[runtime.has_directions :] == (2 * len(gates), 1)
    first, second = np.split(np.concatenate([a.reshape(-1) for a in arrays[2:]]), 2)
    assert (first == by_gate(gates, 2)).all()
    assert (second == (-first if kind == "gru" else 0)).all()


# What is there, and what is not.


@pytest.mark.parametrize("name", NAMES)
def test_a_runtime_that_is_not_installed(name, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", {"tensorflow": True, "onnx": True}.get)
    monkeypatch.setattr(registry, "_on_tensorflow", dict)
    assert name not in available()
    assert check.main(["--target", name]) == 2
    told = capsys.readouterr().err
    assert f"{name} needs " in told and f"pip install 'rnn-oracle[{name}]'" in told


def test_a_converter_without_the_keras_whose_models_it_needs(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    monkeypatch.setattr(registry, "_on_tensorflow", dict)
    with pytest.raises(BrokenTargetError, match="tf2onnx needs keras2 on TensorFlow: there is"):
        get("tf2onnx-keras2")


@pytest.mark.parametrize(
    "case, told",
    [
        (replace(PADDED, mask="row"), "mask_row (pack_padded_sequence takes no length of zero)"),
        (replace(PADDED, mask="left"), "mask (pack_padded_sequence takes the length of each"),
        (replace(PADDED, cell="gru_reset_before"), "gru_reset_before (nn.GRU resets after"),
        (replace(PADDED, stacking="two_without_sequences"), "refusal (what refuses a layer"),
    ],
    ids=["no-step", "left", "reset-before", "refusal"],
)
def test_what_a_runtime_cannot_do_it_says_with_the_reason(case, told, monkeypatch):
    monkeypatch.setattr(TorchTarget, "version", "2.13.0")
    verdict = judge(TorchTarget(), case, [])
    assert verdict.verdict == UNSUPPORTED and passes(verdict)
    assert "torch (torch 2.13.0) has no " + told in verdict.detail
    assert [reason.startswith("has no " + told) for reason in verdict.lacks] == [True]


def test_a_case_is_chosen_by_the_id_that_is_written_for_a_runtime():
    assert selection._fits(PADDED.id, f"torch.{PADDED.id}", "keras3")
    assert selection._fits(PADDED.id, f"litert-keras2.{PADDED.id}", "keras2")
    assert not selection._fits(PADDED.id, f"litert-keras2.{PADDED.id}", "keras3")


# Each runtime that is there.


def test_a_runtime_agrees(runtime):
    verdict = judge(runtime, PADDED, load())
    assert verdict.verdict == AGREE, verdict.detail


def test_gates_that_are_permuted_are_found(runtime, monkeypatch):
    swapped = "fico"
    for module in (torch_target, onnxruntime_target):
        for name in ("TORCH", "ONNX"):
            if hasattr(module, name):
                table = getattr(conversions, name)
                kinds = dict(table.kinds, lstm=table.kinds["lstm"]._replace(gates=swapped))
                monkeypatch.setattr(module, name, table._replace(kinds=kinds))
    monkeypatch.setattr(model_level, "problem", with_gates_swapped)
    verdict = judge(runtime, PADDED, load())
    assert verdict.verdict == DIVERGES and "output" in verdict.detail


def with_gates_swapped(case, sizes):
    """Return the arrays of a case with the first two gates of all LSTMs swapped."""

    def swapped(array):
        first, second, *rest = np.split(array, 4, axis=-1)
        return np.concatenate([second, first, *rest], axis=-1)

    given = problem(case, sizes)
    return given._replace(weights=[[[*map(swapped, w)] for w in cells] for cells in given.weights])


def test_a_mask_that_is_dropped_is_found(runtime, monkeypatch):
    if hasattr(runtime, "convert"):
        monkeypatch.setattr(runtime, "convert", without_mask(runtime.convert))
    else:
        call = runtime.call
        monkeypatch.setattr(
            runtime, "call", lambda layer, x, mask, states: call(layer, x, None, states)
        )
    verdict = judge(runtime, PADDED, load())
    assert verdict.verdict == DIVERGES and "output" in verdict.detail


def without_mask(convert):
    """Return a converter that converts as one does, to a model that takes each step to count."""

    def converting(function, specs):
        run = convert(function, specs)
        return lambda feeds: run(dict(feeds, input_1=np.ones_like(feeds["input_1"])))

    return converting


@pytest.mark.skipif("torch" not in available(), reason="there is no torch here")
@pytest.mark.parametrize("stacking", ["three", "cells"])
def test_cells_of_as_many_units_are_one_module(stacking, monkeypatch):
    target, made = TorchTarget(), []
    module_of = target.module_of
    monkeypatch.setattr(target, "module_of", lambda cells: made.append(cells) or module_of(cells))
    for mask, mask_from in (("none", None), ("right", "argument")):
        case = replace(PADDED, stacking=stacking, mask=mask, mask_from=mask_from)
        verdict = judge(target, case, [], Sizes(4, 6, 3, (5, 5, 5)))
        assert verdict.verdict == AGREE, verdict.detail
    assert {len(cells) for cells in made} == {case.depth}


@pytest.mark.skipif("litert-keras2" not in available(), reason="no LiteRT or tf_keras here")
@pytest.mark.parametrize("state, fused", [(False, True), (True, False)], ids=["no-state", "states"])
def test_litert_is_given_fused_and_unfused_layers(state, fused, monkeypatch):
    target, made = get("litert-keras2"), []
    convert = litert_target.from_saved_model
    monkeypatch.setattr(
        litert_target, "from_saved_model", lambda *given: made.append(convert(*given)) or made[-1]
    )
    verdict = judge(target, CoreCase("lstm", "one", True, state), [])
    assert verdict.verdict == AGREE, verdict.detail
    interpreter = target.import_needed().Interpreter
    for content in made:
        # It has no public way to tell.
        names = {d["op_name"] for d in interpreter(model_content=content)._get_ops_details()}
        assert ("UNIDIRECTIONAL_SEQUENCE_LSTM" in names) == fused


# What is known.


class Converter(registry.CONVERTERS["tf2onnx"]):
    """A converter of the models of a Keras that there need not be."""

    version = "1.17.0"


def test_what_is_known_of_a_keras_is_known_of_its_models():
    from fakes import Right

    case = replace(PADDED, mask_from="masking")
    target = Converter(Right("keras3"))
    known = [entry.id for entry in matching(load(), target, case)]
    assert known == ["keras3-mask-lost-with-initial-state"]
    target.run = lambda case, sizes: Right("keras3").run(case, sizes).numbers_of(case.calls)
    verdict = judge(target, case, load())
    assert verdict.verdict == DIVERGES and "not what the ledger says" in verdict.detail


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_shows_its_entry(name):
    with open(os.path.join(ROOT, tabulate_runtimes.SCRIPTS, name), encoding="utf-8") as file:
        text = file.read()
    assert name[: -len(".py")] in [entry.id for entry in load()]
    for line in text.splitlines():
        module = line.split()[1] if line.startswith(("import ", "from ")) else "sys"
        if importlib.util.find_spec(module.partition(".")[0]) is None:
            pytest.skip(f"there is no {module} here")
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert done.returncode == 1 and "AssertionError" in done.stderr, done.stderr


# The page.


def test_the_page_is_made_of_the_table():
    table = read_table(os.path.join(ROOT, "fixtures", tabulate_runtimes.NAME))
    with open(os.path.join(ROOT, "docs", "runtimes.md"), encoding="utf-8") as file:
        assert file.read() == tabulate_runtimes.page(table)


def test_the_table_names_entries_that_there_are_and_leaves_nothing_unexplained():
    table = read_table(os.path.join(ROOT, "fixtures", tabulate_runtimes.NAME))
    known = {entry.id for entry in load()}
    for row in table.values():
        assert set(row["entries"]) <= known
        assert set(row["verdicts"]) <= {AGREE, KNOWN, UNSUPPORTED}


@pytest.mark.parametrize("report", ["[]", '{"targets": {}}', "{"], ids=["list", "empty", "no-json"])
def test_what_is_no_report_is_misuse(report, tmp_path, capsys):
    (tmp_path / "report.json").write_text(report)
    out = tmp_path / "out.json"
    arguments = [str(tmp_path / "report.json"), "--out", str(out)]
    assert tabulate_runtimes.main(arguments) == 2
    assert "report.json: " in capsys.readouterr().err and not out.exists()
