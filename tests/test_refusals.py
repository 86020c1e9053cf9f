"""What must be refused: what the oracle says of it, and what each Keras does."""

import json
import os
import re

import helpers
import pytest

from rnn_oracle.commands import tabulate_refusals
from rnn_oracle.commands.output import write_output
from rnn_oracle.families.expected import expected
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.families.refusals.case import RefusalCase, cases
from rnn_oracle.families.refusals.faults import FAULTS
from rnn_oracle.families.spec import rules
from rnn_oracle.records.store import store
from rnn_oracle.reference.dialects import DIALECTS, generation
from rnn_oracle.targets import installed
from rnn_oracle.targets.target import Target
from rnn_oracle.testing.suite import CASE
from rnn_oracle.verdict.judge import AGREE, DIVERGES, KNOWN, judge
from rnn_oracle.verdict.known_refusals import entries
from rnn_oracle.verdict.ledger import MEASURED, fits
from rnn_oracle.verdict.refusal_table import ANSWERS, PATH, load, tabulate, text

TABLE = load()
ENTRIES = entries(TABLE)
GENERATIONS = ("keras3", "keras2")
TYPES = {"ValueError", "TypeError", "AttributeError"}


def pytest_generate_tests(metafunc):
    """Run a test that takes `refusal` on every case on each Keras that is installed."""
    if "refusal" in metafunc.fixturenames:
        pairs = [
            pytest.param((target, case), id=f"{target.name}-{case.id}")
            for target in installed().values()
            if target.name in GENERATIONS
            for case in cases(target.name)
        ]
        metafunc.parametrize("refusal", pairs)


@pytest.mark.target
def test_case(refusal, judged, request):
    judged(*refusal, ENTRIES)
    assert (CASE, refusal[1].id) in request.node.user_properties


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_oracle_says_what_is_wrong(dialect):
    for case in cases(generation(dialect)):
        refusal = expected(case, dialect).refusal
        if refusal is not None:
            assert refusal.type in TYPES, case.id
            assert FAULTS[case.fault].message, case.id
            assert re.search(FAULTS[case.fault].message, refusal.message), case.id


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_a_message_if_the_oracle_ever_refuses_it(name):
    refused = {
        bool(expected(case, dialect).refusal)
        for dialect in DIALECTS
        for case in cases(generation(dialect))
        if case.fault == name
    }
    assert any(refused) == bool(FAULTS[name].message)


def test_ids_are_unique_and_plain():
    ids = [case.id for case in cases("keras3")]
    assert len(set(ids)) == len(ids) > 500
    assert all(re.match(r"[a-z0-9_.-]+$", name) for name in ids)


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(fault="magic"), "there is no fault 'magic'"),
        (dict(layer="Dense"), "no case of mask-rank-1 has Dense and eager"),
        (dict(mode="predict"), "no case of mask-rank-1 has LSTM and predict"),
    ],
    ids=["fault", "layer", "mode"],
)
def test_there_are_no_other_cases(options, message):
    case = RefusalCase("mask-rank-1", "LSTM", "eager")
    assert RefusalCase(**case.options) == case
    with pytest.raises(ValueError, match=message):
        RefusalCase(**dict(case.options, **options))


# The table is strict both ways.

PASSES = RefusalCase("mask-one-row", "LSTM", "eager")
REFUSED = RefusalCase("units-zero", "LSTM", "eager")


class Pretender(Target):
    """A target that says what it is told."""

    backend = "tensorflow"

    name = dialect = "keras3"
    version = MEASURED["keras3"]

    def __init__(self, answer):
        self.answer = answer

    def run(self, case, sizes=None):
        return Outcome.of_verdict(self.answer)


@pytest.mark.parametrize(
    "case, answer, verdict",
    [
        (PASSES, "values", KNOWN),
        (PASSES, "ValueError at call", DIVERGES),
        (PASSES, "IndexError at call", DIVERGES),
        (REFUSED, "ValueError at build", AGREE),
        (REFUSED, "ValueError at call", DIVERGES),
        (REFUSED, "values", DIVERGES),
    ],
    ids=lambda value: getattr(value, "fault", value),
)
def test_both_ways(case, answer, verdict):
    assert judge(Pretender(answer), case, ENTRIES).verdict == verdict


def test_without_its_entry_a_divergence_is_new():
    assert judge(Pretender("values"), PASSES, []).verdict == DIVERGES


def test_an_entry_that_the_rules_keep_fails():
    case = RefusalCase("units-text", "LSTM", "eager")
    table = {"keras3": {case.fault: [{ANSWERS: {">=3.0": "TypeError at build"}}]}}
    verdict = judge(Pretender("TypeError at build"), case, entries(table))
    assert verdict.verdict == DIVERGES and "does not hold" in verdict.detail


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_speaks_of_cases_that_there_are_and_against_the_rules(entry):
    found = [case for case in cases(entry.target) if fits(entry.cases[0], case)]
    assert found
    for case in found:
        assert expected(case, entry.target).verdict != entry.instead, case.id


def test_faults_cite_rules_that_exist():
    assert {rule for fault in FAULTS.values() for rule in fault.rules} <= set(rules())


# What the table may say.


@pytest.fixture(scope="module")
def schema():
    jsonschema = pytest.importorskip("jsonschema")
    with open(
        os.path.join(os.path.dirname(PATH), "refusals.schema.json"), encoding="ascii"
    ) as file:
        content = json.load(file)
    jsonschema.Draft202012Validator.check_schema(content)
    return jsonschema.Draft202012Validator(content)


def made_up(target="keras3", fault="mask-rank-1", **more):
    """Return a table of two rows, of which the second may have something wrong."""
    row = {ANSWERS: {">=3.0,<3.4": "ValueError at call"}, "layer": ["LSTM"], "mode": ["eager"]}
    return {target: {fault: [{ANSWERS: {">=3.4": "values"}}, dict(row, **more)]}}


def test_the_table_keeps_the_schema(schema):
    schema.validate(TABLE)
    schema.validate(made_up())


UNKNOWN = {
    "fault": (made_up(fault="magic"), "keras3, magic, row 0: keras3 has no such fault"),
    "generation": (made_up("keras2", "x-tuple"), "keras2, x-tuple, row 0: keras2 has no such"),
    "layer": (made_up(layer=["Dense"]), r"row 1: layer is \['Dense'\], expected some of \['Simpl"),
    "mode": (made_up(mode=["predict"]), r"row 1: mode is \['predict'\], expected some of \['eager"),
}
WRONG = {
    "target": (made_up("theano"), "theano, mask-rank-1, row 0: theano has no such fault"),
    "no layer": (made_up(layer=[]), r"row 1: layer is \[\], expected some of"),
    "one layer": (made_up(layer="LSTM"), "row 1: layer is 'LSTM', expected some of"),
    "field": (made_up(mood="bad"), r"row 1: missing or unknown fields \['mood'\]"),
    "versions": (made_up(answers={"3.0": "values"}), "row 1: '3.0' are no versions, expected"),
    "answer": (made_up(answers={">=3.0": "agree"}), "row 1: 'agree' is no answer, expected"),
    "no answers": (
        {"keras3": {"mask-rank-1": [{"layer": ["LSTM"]}]}},
        r"row 0: missing or unknown fields \['answers'\]",
    ),
}


@pytest.mark.parametrize(
    "table, message", [*UNKNOWN.values(), *WRONG.values()], ids=[*UNKNOWN, *WRONG]
)
def test_a_row_of_what_does_not_exist_is_refused_by_name(tmp_path, table, message):
    path = tmp_path / "refusals.json"
    path.write_text(json.dumps(table))
    with pytest.raises(ValueError, match="^refusals of .*" + message):
        load(str(path))


@pytest.mark.parametrize("table", [table for table, _ in WRONG.values()], ids=WRONG)
def test_the_schema_refuses_it_too(schema, table):
    assert not schema.is_valid(table)


# How the table is made.


def told(version, **answers):
    """Return a measurement of a release that keeps all rules but for some answers by fault."""
    verdicts = {
        case.id: answers.get(case.fault.replace("-", "_"), expected(case, "keras3").verdict)
        for case in cases("keras3")
    }
    return dict(name="keras3", dialect="keras3", version=version, verdicts=verdicts)


def test_a_table_of_measurements():
    passing = dict(mask_one_row="values")
    table = tabulate(
        [told("3.11.3", mask_one_row="TypeError at call"), told("3.4.1"), told("3.0.5", **passing)]
    )
    answers = {">=3.0,<3.4": "values", ">=3.11": "TypeError at call"}
    assert table == {"keras3": {"mask-one-row": [{ANSWERS: answers}]}}


def test_a_table_of_some_layers_and_modes():
    measured = told("3.0.5")
    for name in ("lstm.mask-one-row.eager", "gru.mask-one-row.eager", "gru.mask-one-row.model"):
        measured["verdicts"]["refusals." + name] = "values"
    answers = {ANSWERS: {">=3.0": "values"}}
    assert tabulate([measured])["keras3"]["mask-one-row"] == [
        dict(answers, layer=["LSTM"], mode=["eager"]),
        dict(answers, layer=["GRU"], mode=["eager", "model"]),
    ]


def test_two_measurements_of_one_version_must_agree():
    with pytest.raises(ValueError, match=r"two answers of 3.6.0: refusals.*mask-one-row"):
        tabulate([told("3.6.0"), told("3.6.0", mask_one_row="values")])


def test_the_program_makes_the_table_of_recordings(tmp_path):
    passing = {case: Outcome() for case in cases("keras3")}
    for name, outcomes in {"keras3.4": {CoreCase("gru"): Outcome()}, "keras3.9": passing}.items():
        about = dict(recording=name, keras=name[len("keras") :] + ".0")
        store(str(tmp_path / name), {name: helpers.made_up(outcomes, **about)})
    folders = [str(tmp_path / name) for name in ("keras3.4", "keras3.9")]
    assert tabulate_refusals.main([*folders, "--out", str(tmp_path / "known.json")]) == 0
    table = load(str(tmp_path / "known.json"))
    assert table["keras3"][PASSES.fault] == [{ANSWERS: {">=3.9": "values"}}]


def test_a_table_is_written_as_it_is_read(tmp_path):
    path = str(tmp_path / "known.json")
    write_output(path, text(TABLE))
    assert load(path) == TABLE
    with open(path, encoding="ascii") as file:
        lines = file.read().splitlines()
    rows = sum(len(rows) for faults in TABLE.values() for rows in faults.values())
    assert rows <= len(lines) <= 2 * rows + 10 and json.loads("".join(lines)) == TABLE
