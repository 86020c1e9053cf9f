"""The selectors that `cases` and `check` share, and what is near where nothing is chosen."""

import argparse
import fnmatch

import pytest

from rnn_oracle.commands.errors import SelectionError
from rnn_oracle.commands.near import COUNT, near
from rnn_oracle.commands.selection import (
    DIALECTS,
    Selection,
    add_selectors,
    blocks,
    means,
)
from rnn_oracle.families import registry
from rnn_oracle.families.citations import WITHOUT_CASES
from rnn_oracle.reference.dialects import generation

PLAIN = "lstm.one.last.nostate.batch_major.forwards.nomask"


def selection(*arguments):
    parser = argparse.ArgumentParser()
    add_selectors(parser)
    return Selection(parser.parse_args(arguments))


def everything(dialect):
    return [case for family in registry.families() for case in family.cases(dialect)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_without_selectors_all_cases_are_chosen(dialect):
    assert selection().cases(dialect) == everything(dialect)


HOLDS = {
    "a rule": (["--rule", "M3"], lambda case: "M3" in case.rules),
    "rules": (["--rule", "M3", "--rule", "B1"], lambda case: {"M3", "B1"} <= set(case.rules)),
    "a family": (["--family", "cells"], lambda case: case.family == "cells"),
    "families": (
        ["--family", "tf1", "--family", "refusals"],
        lambda case: case.family in ("tf1", "refusals"),
    ),
    "a value": (["--where", "mask=left"], lambda case: case.options.get("mask") == "left"),
    "values": (
        ["--where", "mask=left,right"],
        lambda case: case.options.get("mask") in ("left", "right"),
    ),
    "options": (
        ["--where", "mask=left", "--where", "unroll=True"],
        lambda case: case.options.get("mask") == "left" and case.options.get("unroll") is True,
    ),
    "no value": (
        ["--where", "merge_mode=None"],
        lambda case: case.options.get("merge_mode", "") is None,
    ),
    "a number": (["--where", "dropout=0"], lambda case: case.options.get("dropout") == 0.0),
    "a refusal": (["--where", "layer=GRU"], lambda case: case.options.get("layer") == "GRU"),
    "a pattern": (["--only", "lstm.*"], lambda case: case.id.startswith("lstm.")),
    "patterns": (
        ["--only", "lstm.*", "--only", "cells.gru.*"],
        lambda case: case.id.startswith(("lstm.", "cells.gru.")),
    ),
    "all kinds": (
        ["--rule", "M3", "--family", "options", "--where", "cell=gru", "--only", "*.units-1"],
        lambda case: (
            case.family == "options"
            and case.cell == "gru"
            and "M3" in case.rules
            and case.id.endswith(".units-1")
        ),
    ),
}


@pytest.mark.parametrize("what", HOLDS)
def test_what_selectors_choose(what):
    arguments, holds = HOLDS[what]
    chosen = {dialect: selection(*arguments).cases(dialect) for dialect in DIALECTS}
    assert chosen == {d: [case for case in everything(d) if holds(case)] for d in DIALECTS}
    assert 0 < sum(map(len, chosen.values())) < sum(len(everything(d)) for d in DIALECTS)


@pytest.mark.parametrize(
    "pattern, dialects",
    [
        (PLAIN, {"keras3", "keras2", "keras2_v1"}),
        ("keras3." + PLAIN, {"keras3"}),
        ("keras2." + PLAIN, {"keras2", "keras2_v1"}),
        ("keras3.lstm.one.*", {"keras3"}),
        ("tf1.tf1.gru.*", {"tf1"}),
        ("tf1.gru.*", {"tf1"}),
        ("keras3.tf1.gru.*", set()),
    ],
)
def test_ids_as_check_writes_them(pattern, dialects):
    chosen = {dialect: selection("--only", pattern).cases(dialect) for dialect in DIALECTS}
    assert {dialect for dialect in DIALECTS if chosen[dialect]} == dialects
    for dialect in dialects:
        for case in chosen[dialect]:
            written = f"{generation(dialect)}.{case.id}"
            assert any(fnmatch.fnmatchcase(id, pattern) for id in (case.id, written))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--rule", "Q1"], "--rule Q1: SPEC.md has no such rule, only C1, C2"),
        (["--family", "layer"], "--family layer: there is no such family, only layers, "),
        (["--where", "mask"], "--where mask: expected OPTION=VALUE"),
        (["--where", "msk=left"], "no family has an option msk, only activation, "),
        (["--where", "mask=lef"], "mask is never 'lef', only none, all_true, right"),
        (["--where", "mask=left,lef"], "mask is never 'lef', only none, all_true, right"),
        (["--where", "unroll=1"], "unroll is never '1', only False, True"),
        (["--where", "steps=False"], "steps is never 'False', only 6, 1, 2, 3"),
        (["--where", "layer=Dens"], "layer is never 'Dens', only SimpleRNN, LSTM"),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else "",
)
def test_what_cannot_be(arguments, message):
    with pytest.raises(SelectionError) as error:
        selection(*arguments)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "word, value, same",
    [
        ("True", True, True),
        ("true", True, True),
        ("1", True, False),
        ("0", False, False),
        ("None", None, True),
        ("none", "none", True),
        ("1", 1, True),
        ("True", 1, False),
        ("0.5", 0.5, True),
        (".5", 0.5, True),
        ("half", 0.5, False),
        ("lstm", "LSTM", True),
        ("gru", "lstm", False),
    ],
)
def test_words_for_values(word, value, same):
    assert means(word, value) is same


@pytest.mark.parametrize(
    "arguments, dialects, lines",
    [
        (
            ["--only", PLAIN.replace("one", "on")],
            DIALECTS,
            [f"no case matches --only '{PLAIN.replace('one', 'on')}'", f"  near it: {PLAIN}"],
        ),
        (
            ["--only", "keras3." + PLAIN.replace("nomask", "nomsk")],
            DIALECTS,
            [f"  near it: {PLAIN}"],
        ),
        (["--only", "keras3.lstm.on.*"], DIALECTS, ["  near it: lstm.one."]),
        (["--family", "layers"], ["tf1"], ["no case in tf1 matches --family layers", "2704 cases"]),
        (
            ["--where", "mask=left", "--family", "cells"],
            ["keras3"],
            ["without --family cells: ", "without --where mask=left: 1033 cases"],
        ),
        (
            ["--only", "defaults.gru", "--rule", "M3"],
            DIALECTS,
            ["matches --only 'defaults.gru' --rule M3", "without --rule M3: 1 case\n"],
        ),
        (["--rule", "J3", "--family", "cells"], DIALECTS, ["no case cites J3: "]),
    ],
    ids=["id", "id-of-check", "pattern-of-check", "dialect", "two", "two-with-id", "rule"],
)
def test_what_is_said_where_nothing_is_chosen(arguments, dialects, lines):
    chosen = selection(*arguments)
    assert not any(chosen.cases(dialect) for dialect in dialects)
    said = chosen.nothing(dialects) + "\n"
    for line in lines:
        assert line in said
    assert ("near it" in said) == any("near it" in line for line in lines)


@pytest.mark.parametrize("rule", sorted(WITHOUT_CASES))
def test_a_rule_without_cases_has_its_reason(rule):
    chosen = selection("--rule", rule)
    assert chosen.reasons == {rule: WITHOUT_CASES[rule]}
    assert chosen.nothing() == f"no case cites {rule}: {WITHOUT_CASES[rule]}"


IDS = ["gru.one.plain", "lstm.one.plain", "lstm.two.plain", "options.lstm.one.unroll", "tf1.gru"]


@pytest.mark.parametrize(
    "pattern, found",
    [
        ("lstm.one.plan", ["lstm.one.plain", "lstm.two.plain", "gru.one.plain"]),
        ("lstm.on.*", ["lstm.one.plain", "options.lstm.one.unroll", "lstm.two.plain"]),
        ("*.unrol", ["options.lstm.one.unroll"]),
        ("lstm.*.p*n.masked", ["lstm.one.plain", "lstm.two.plain", "gru.one.plain"]),
        ("[lg]*.onee.x*", ["gru.one.plain", "lstm.one.plain", "options.lstm.one.unroll"]),
        ("zzz", []),
        ("zzz.*", []),
        ("*.*x", []),
    ],
)
def test_near(pattern, found):
    assert near(pattern, IDS) == found
    assert len(found) <= COUNT


def test_words_at_the_same_place_are_nearer():
    assert near("lstm.on.*", ["a.lstm.one", "lstm.one.plain"]) == ["lstm.one.plain", "a.lstm.one"]


def test_blocks():
    assert blocks(list(range(7)), 3) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(map(len, blocks(list(range(170))))) == [84, 84, 2]
