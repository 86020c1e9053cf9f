"""Models that releases have saved: what each Keras makes of their files, and the files."""

import os
import types

import pytest
from helpers import FIXTURES

from rnn_oracle.arithmetic import nest
from rnn_oracle.commands import save_models
from rnn_oracle.commands.files_page import page
from rnn_oracle.families.expected import expected
from rnn_oracle.families.files import releases
from rnn_oracle.families.files.case import FileCase, cases
from rnn_oracle.families.files.expected import computed
from rnn_oracle.families.files.kinds import KINDS, inputs
from rnn_oracle.families.files.outcome import named
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.targets import installed
from rnn_oracle.targets.keras.missing_features import missing_feature
from rnn_oracle.testing.suite import CASE
from rnn_oracle.verdict.compare import compare
from rnn_oracle.verdict.ledger import load

FOLDER = os.path.join(FIXTURES, releases.MODELS)


def pytest_generate_tests(metafunc):
    """Run a test that takes `file` on every file for each Keras that is installed."""
    if "file" in metafunc.fixturenames:
        pairs = [
            pytest.param((target, case), id=f"{target.name}-{case.id}")
            for target in installed().values()
            if target.name != "tf1"
            for case in cases(target.dialect)
        ]
        metafunc.parametrize("file", pairs)


@pytest.mark.target
def test_case(file, judged, request):
    judged(*file)
    assert (CASE, file[1].id) in request.node.user_properties


def test_a_file_is_there_for_each_case_and_no_other():
    named = {releases.path(case.saved_by, case.format, case.kind) for case in cases("keras3")}
    there = {os.path.join(root, name) for root, _, names in os.walk(FOLDER) for name in names}
    assert there == named
    assert sum(map(os.path.getsize, there)) <= 6_000_000


def test_a_generation_is_given_no_file_of_a_later_one():
    assert {case.saved_by.rstrip("0123456789.") for case in cases("keras2")} == {
        "tf",
        "tf2.21-legacy",
    }
    assert set(cases("keras2")) < set(cases("keras3"))


@pytest.mark.parametrize(
    "options, message",
    [
        (("tf2.9", "h5", "lstm"), "saved_by='tf2.9' is not one of"),
        (("tf2.10", "h5", "dense"), "kind='dense' is not one of"),
        (("tf2.10", "keras", "lstm"), "tf2.10 saved no lstm in the format keras"),
        (("tf2.10", "saved_model", "gru"), "tf2.10 saved no gru in the format saved_model"),
        (("tf2.1", "h5", "cells"), "tf2.1 saved no cells in the format h5"),
    ],
)
def test_there_are_no_other_cases(options, message):
    with pytest.raises(ValueError, match=message):
        FileCase(*options)


@pytest.mark.parametrize("saved_by", ["tf1.15", "tf2.15", "keras3.15"])
@pytest.mark.parametrize("kind", ["lstm", "gru", "lstm_hard_sigmoid", "encoder_decoder"])
def test_the_release_that_loads_decides_nothing(saved_by, kind):
    case = FileCase(saved_by, "h5", kind)
    outcomes = [expected(case, dialect) for dialect in ("keras3", "keras2", "keras2_v1")]
    assert all(compare(outcomes[0], other).agrees for other in outcomes)


def release(name, version):
    return types.SimpleNamespace(
        name=name, dialect=name, version=version, run=lambda case, sizes: None
    )


@pytest.mark.parametrize(
    "saved_by, version, is_newer",
    [("keras3.9", "3.12.1", False), ("keras3.12", "3.9.2", True), ("keras3.12", "3.12.0", False)],
)
def test_a_file_that_is_newer_than_the_release_is_not_judged(saved_by, version, is_newer):
    reason = missing_feature(release("keras3", version), FileCase(saved_by, "h5", "lstm"))
    assert (reason is not None and f"{saved_by} saved it, which is newer" in reason) == is_newer


def test_without_a_checkout_there_is_no_file(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(releases, "default_folder", lambda: os.curdir)
    reason = missing_feature(release("keras3", "3.12.0"), FileCase("keras3.9", "h5", "lstm"))
    assert "a checkout of rnn_oracle alone" in reason


def is_right(target, model, kind):
    """Tell whether a model computes what the rules demand of its kind where it runs."""
    case = FileCase("keras3.15", "keras", kind)
    given = nest.map_structure(target.tf.constant, inputs(kind))
    found = Outcome(*named(case, [model(x) for x in given]))
    return compare(computed(case, target.dialect), found).agrees


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_computes_what_the_rules_demand(kind, target):
    assert is_right(target, save_models.model(target.load(), kind), kind)


@pytest.mark.parametrize(
    "saved_by, format",
    [
        ("tf2.1", "h5"),
        ("tf2.10", "h5"),
        ("tf2.13", "keras"),
        ("tf2.15", "keras"),
        ("tf2.21-legacy", "keras"),
        ("keras3.3", "h5"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_keras_3_reads_the_weights_of_a_file(kind, saved_by, format, target):
    """That is what the ledger advises where the model itself cannot be loaded."""
    if target.name != "keras3" or kind not in releases.kinds(saved_by, format):
        pytest.skip("there is no such file, or the target is Keras 2 itself")
    model = save_models.model(target.load(), kind)
    for variable in model.trainable_weights:
        variable.assign(0 * variable)
    assert not is_right(target, model, kind)
    path = releases.path(saved_by, format, kind)
    if saved_by == "tf2.13" and kind == "encoder_decoder":
        with pytest.raises(ValueError, match="expected 3 variables, but received 0 variables"):
            model.load_weights(path)
        return
    model.load_weights(path)
    if KINDS[kind].is_stateful:
        model.layers[-1].reset_state()
    assert is_right(target, model, kind)


def test_the_page_is_that_of_the_ledger(pytestconfig):
    path = pytestconfig.rootpath / "docs" / "files.md"
    assert path.read_text(encoding="utf-8") == page(load()), (
        "run python -m rnn_oracle.commands.save_models --page"
    )
