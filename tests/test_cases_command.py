"""The command `python -m rnn_oracle.cases`."""

import json
import subprocess
import sys

import pytest

from rnn_oracle.commands import cases
from rnn_oracle.commands.selection import DIALECTS
from rnn_oracle.families import registry
from rnn_oracle.families.citations import WITHOUT_CASES

PLAIN = "gru.one.last.nostate.batch_major.forwards.nomask"
OF_KERAS = "[keras3 keras2 keras2_v1]"


def printed(capsys, *arguments, status=0):
    assert cases.main(list(arguments)) == status
    return capsys.readouterr()


def all_ids(dialects):
    return {c.id for family in registry.families() for d in dialects for c in family.cases(d)}


def test_all_cases_are_listed_once(capsys):
    lines = printed(capsys).out.splitlines()
    ids = [line.split("  ")[0] for line in lines]
    assert len(set(ids)) == len(ids) and set(ids) == all_ids(DIALECTS)
    families = [registry.IDS.index(one["family"]) for one in listed(capsys)]
    assert families == sorted(families)


def listed(capsys, *arguments):
    return json.loads(printed(capsys, "--json", *arguments).out)


LINES = {
    "core": (
        PLAIN,
        f"{PLAIN}  cell=gru stacking=one return_sequences=False return_state=False "
        "time_major=False go_backwards=False mask=none mask_from=None dtype=float32  " + OF_KERAS,
    ),
    "crossed": (
        "forms.lstm.x_as-ragged",
        "forms.lstm.x_as-ragged  cell=lstm x_as=ragged  [keras3]",
    ),
    "defaults": ("defaults.rnn", "defaults.rnn  layer=RNN  " + OF_KERAS),
    "refusal": (
        "refusals.gru.units-zero.eager",
        "refusals.gru.units-zero.eager  fault=units-zero layer=GRU mode=eager  " + OF_KERAS,
    ),
}


@pytest.mark.parametrize("what", LINES)
def test_a_line(what, capsys):
    id, line = LINES[what]
    assert printed(capsys, "--only", id).out == line + "\n"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_cases_of_a_dialect(dialect, capsys):
    found = listed(capsys, "--dialect", dialect)
    assert {one["id"] for one in found} == all_ids([dialect])
    assert all(one["dialects"] == [dialect] for one in found)


def test_json(capsys):
    found = listed(capsys)
    there = {
        dialect: {c.id: c for family in registry.families() for c in family.cases(dialect)}
        for dialect in DIALECTS
    }
    for one in found:
        case = there[one["dialects"][0]][one["id"]]
        assert set(one) == {"id", "family", "dialects", "options", "rules"}
        assert type(case)(**one["options"]) == case
        assert (one["family"], one["rules"]) == (case.family, list(case.rules))
        assert one["dialects"] == [dialect for dialect in DIALECTS if case.id in there[dialect]]


def test_json_of_nothing(capsys):
    told = printed(capsys, "--json", "--family", "layers", "--dialect", "tf1", status=2)
    assert json.loads(told.out) == [] and "in other dialects: 2704 cases" in told.err


@pytest.mark.parametrize("json_too", [False, True], ids=["text", "json"])
def test_a_rule_that_no_case_cites(json_too, capsys):
    told = printed(capsys, "--rule", "J3", *(["--json"] if json_too else []))
    reason = f"no case cites J3: {WITHOUT_CASES['J3']}\n"
    assert (told.out, told.err) == (("[]\n", reason) if json_too else (reason, ""))


@pytest.mark.parametrize(
    "arguments, status, message",
    [
        (["--only", "gru.on.*"], 2, "rnn_oracle.cases: no case matches --only 'gru.on.*'"),
        (["--rule", "Q1"], 2, "rnn_oracle.cases: --rule Q1: SPEC.md has no such rule"),
        (["--where", "mask=lef"], 2, "mask is never 'lef', only none"),
    ],
    ids=["nothing", "rule", "value"],
)
def test_nothing_and_misuse(arguments, status, message, capsys):
    told = printed(capsys, *arguments, status=status)
    assert told.out == "" and message in told.err


@pytest.mark.parametrize("argument", ["--dialect=keras4", "--bogus"])
def test_what_argparse_refuses(argument, capsys):
    with pytest.raises(SystemExit) as stop:
        cases.main([argument])
    assert stop.value.code == 2 and argument.partition("=")[0] in capsys.readouterr().err


def test_a_reader_may_stop():
    command = [sys.executable, "-m", "rnn_oracle.cases"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b"simple_rnn.one.")
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 0
