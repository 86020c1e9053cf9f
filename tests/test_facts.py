"""Facts: as values, as text, and read back from text without a loss."""

import contextlib
import glob
import json
import os
import pickle
import sys
from collections import namedtuple

import numpy as np
import pytest
from helpers import FIXTURES

from rnn_oracle.arithmetic import nest
from rnn_oracle.families import facts, registry
from rnn_oracle.families.expected import expected
from rnn_oracle.families.facts import (
    ANY,
    AttachedMasks,
    Biases,
    Container,
    Default,
    Dtypes,
    MaskRows,
    Raised,
    Shape,
    Structures,
    container_kinds,
    leaves_in_lists,
    outermost,
    parse,
    structure,
    structure_of_shapes,
    without_containers,
)
from rnn_oracle.families.outcome import Outcome, demanded_in, without_attached_masks

Pair = namedtuple("Pair", "c h")
TREES = [
    0,
    [0],
    (0,),
    (),
    (0, [0, 0], ((0,),)),
    {"y": 0, "x": [0, (0,)]},
    (0, Pair(0, [0])),
]
FIVE = Shape((None, 5))


def nesting(text):
    return parse("default.nesting", text)


# Text and back.


MANIFESTS = sorted(glob.glob(os.path.join(FIXTURES, "*", "**", "manifest.json"), recursive=True))
KINDS = {
    "nesting": Structures,
    "shapes": (Structures, Raised),
    "dtype": Dtypes,
    "states": int,
    "masks": AttachedMasks,
    "compute_output_shape": (Structures, Raised),
    "compute_mask": (Structures, Raised),
    "lengths": Structures,
    "biases": Biases,
}


@pytest.mark.parametrize(
    "path", MANIFESTS, ids=lambda path: os.path.basename(os.path.dirname(path))
)
def test_every_stored_fact_is_read_and_written_again(path):
    with open(path, encoding="ascii") as file:
        layouts = json.load(file)["layouts"]
    stored = {item for layout in layouts for item in layout["facts"].items()}
    assert stored
    for name, text in stored:
        fact = parse(name, text)
        call, _, thing = name.partition(".")
        assert isinstance(fact, Default if call == "defaults" else KINDS[thing])
        assert str(fact) == text


@pytest.mark.parametrize("name", registry.IDS)
@pytest.mark.parametrize("dialect", ["keras2", "keras3", "tf1"])
def test_every_fact_that_is_demanded_comes_back_from_its_text(name, dialect):
    family = registry.get(name)
    for case in family.cases(dialect)[::40]:
        with np.errstate(all="ignore"):
            outcome = expected(case, dialect, bounded=False)
        for name, fact in outcome.facts.items():
            read = parse(name, str(fact))
            assert read == fact and type(read) is type(fact)
            assert hash(read) == hash(fact) and pickle.loads(pickle.dumps(fact)) == fact


@pytest.mark.parametrize(
    "name, text, fact",
    [
        ("default.nesting", "*", Structures.of(ANY)),
        ("default.nesting", "[*]; (*,)", Structures.of(structure([0]), structure((0,)))),
        ("default.nesting", "(*, Pair(c=*, h=[*]))", Structures.of(structure((0, Pair(0, [0]))))),
        ("default.nesting", "{x: *, y: ()}", Structures.of(structure({"y": (), "x": 0}))),
        ("symbolic.shapes", "(None, 5)", Structures.of(FIVE)),
        (
            "symbolic.shapes",
            "((5,), [()])",
            Structures.of(structure((5, [0]), {5: Shape((5,)), 0: Shape(())}.get)),
        ),
        (
            "symbolic.shapes",
            "(None, 5) or [(None, 5)]",
            Structures(((FIVE,), (Container("list", (FIVE,)),))),
        ),
        ("symbolic.shapes", "ValueError at call", Raised("ValueError", "call")),
        ("0.compute_output_shape", "TypeError", Raised("TypeError")),
        (
            "0.compute_mask",
            "[10/01, None]",
            Structures.of(Container("list", (MaskRows(((True, False), (False, True))), None))),
        ),
        ("0.compute_mask", "None", Structures.of(None)),
        ("first.lengths", "[6, 4]", Structures.of(structure([6, 4], int))),
        ("default.dtype", "float32 bool", Dtypes(("float32", "bool"))),
        ("default.states", "3", 3),
        ("default.masks", "mask None", AttachedMasks((True, False))),
        ("new.biases", "0 0.5 1", Biases((0, 0.5, 1.0))),
        ("defaults.dropout", "0.0", Default(0.0)),
        ("defaults.unroll", "False", Default(False)),
        ("defaults.implementation", "2", Default(2)),
        ("defaults.merge_mode", "None", Default(None)),
        ("defaults.activation", "tanh", Default("tanh")),
        ("defaults.reset_after", "no argument", Default("no argument")),
        ("defaults.activation", "{'name': 'tanh'}", Default.of({"name": "tanh"})),
    ],
)
def test_a_fact_and_its_text(name, text, fact):
    assert str(fact) == text
    assert parse(name, text) == fact


@pytest.mark.parametrize(
    "name, text",
    [
        ("default.nesting", ""),
        ("default.nesting", "(*"),
        ("default.nesting", "(*]"),
        ("default.nesting", "(*) "),
        ("default.nesting", "*, *"),
        ("default.nesting", "(*,*)"),
        ("default.nesting", "(*,, *)"),
        ("default.nesting", "(*; *)"),
        ("default.nesting", "{*}"),
        ("default.nesting", "(None, 5)"),
        ("default.nesting", "Pair(*, h=*)"),
        ("default.nesting", "[" * 10**5),
        ("symbolic.shapes", "*"),
        ("symbolic.shapes", "(None, 05)"),
        ("symbolic.shapes", "ValueError at noon"),
        ("0.compute_mask", "10/02"),
        ("first.lengths", "[6, x]"),
        ("default.nesting", "Pair(*)"),
        ("default.dtype", "float32  float32"),
        ("default.states", "two"),
        ("default.states", "03"),
        ("default.masks", "mask none"),
        ("new.biases", "0 one"),
        ("new.biases", "0 1.0"),
    ],
)
def test_a_damaged_text_is_refused(name, text):
    with pytest.raises(ValueError, match=name + " cannot be "):
        parse(name, text)


@pytest.mark.parametrize("name", ["default.nesting", "defaults.activation"])
@pytest.mark.parametrize("left, right", ["[]", "-1"])
def test_a_text_of_many_levels_is_read_or_refused(name, left, right):
    """However near to the end of Python's stack."""
    limit = sys.getrecursionlimit()
    for levels in list(range(limit // 10, limit, 7)) + [200 * limit]:
        for text in (left * levels + right, left * levels + "*" + right * levels):
            with contextlib.suppress(ValueError):
                parse.__wrapped__(name, text)


@pytest.mark.parametrize("name", ["default.mood", "nesting", "states", ""])
def test_a_name_that_no_fact_has_is_refused(name):
    with pytest.raises(ValueError, match="there is no fact "):
        parse(name, "3")


@pytest.mark.parametrize("tree", TREES)
def test_a_structure_is_written_as_messages_write_it(tree):
    assert str(structure(tree)) == nest.describe(tree)


# What is done with facts.


@pytest.mark.parametrize(
    "before, begin, after",
    [
        ("(*, *, *)", 1, "(*, [*], [*])"),
        ("[*, *]", 1, "[*, [*]]"),
        ("(*, *, *)", 2, "(*, *, [*])"),
        ("(*, [*, *], *)", 1, "(*, [*, *], [*])"),
        ("(*, *)", 2, "(*, *)"),
        ("*", 1, "*"),
    ],
)
def test_single_leaves_in_lists(before, begin, after):
    (tree,) = nesting(before).results
    assert str(leaves_in_lists(tree, begin)) == after


def test_all_structures_are_changed_alike():
    fact = parse("symbolic.shapes", "[(None, 5), (None, 5)]; (None, 5) or ((None, 5), (None, 5))")
    changed = "[(None, 5), [(None, 5)]]; (None, 5) or ((None, 5), [(None, 5)])"
    assert str(fact.map(leaves_in_lists)) == changed


@pytest.mark.parametrize(
    "text, plain, outer, inner, first",
    [
        ("*", "*", [], [], ANY),
        ("[*]", "(*)", ["list"], [], "list"),
        ("(*,)", "(*)", ["tuple"], [], "tuple"),
        ("(*, [*, *], ((*,),))", "(*, (*, *), ((*)))", ["tuple"], ["list", "tuple"], "tuple"),
        ("*; [*]; (*, *)", "*; (*); (*, *)", ["list", "tuple"], [], ANY),
        ("(*, Pair(c=*, h=[*]))", "(*, Pair(c=*, h=(*)))", ["tuple"], ["tuple"], "tuple"),
        ("Pair(c=*, h=[*])", "Pair(c=*, h=(*))", ["tuple"], ["list"], "Pair"),
        ("{x: [*], y: *}", "{x: (*), y: *}", ["dict"], ["list"], "dict"),
    ],
)
def test_containers(text, plain, outer, inner, first):
    fact = nesting(text)
    assert str(without_containers(fact)) == plain
    assert [container_kinds(fact, level) for level in (0, 1)] == [outer, inner]
    assert outermost(fact) == first


@pytest.mark.parametrize("fact", [None, 3, Raised("ValueError", "call"), Dtypes(("float32",))])
def test_what_has_no_structure_has_no_containers(fact):
    assert without_containers(fact) is fact
    assert container_kinds(fact, 0) == [] and outermost(fact) is None


def test_lists_and_tuples_are_equal_without_containers_only():
    one, other = nesting("(*, [*])"), nesting("[*, (*,)]")
    assert one != other and without_containers(one) == without_containers(other)
    assert without_containers(nesting("(*, *)")) != without_containers(nesting("(*, [*])"))
    assert without_containers(nesting("Pair(c=*)")) != without_containers(nesting("(*,)"))


def test_several_answers_are_in_the_order_of_their_texts():
    one, other = Structures.of(structure([0])), Structures.of(structure((0,)), ANY)
    both = Structures.any_of({one, other})
    assert str(both) == "(*,); * or [*]"
    assert both == Structures.any_of([other, one]) != one
    assert Structures.any_of({one}) == one


def test_the_shapes_of_a_structure():
    assert str(structure_of_shapes([FIVE, (FIVE,)])) == "[(None, 5), ((None, 5),)]"
    assert structure_of_shapes(FIVE) is FIVE


def test_the_dtypes_of_arrays():
    found = facts.dtypes([np.zeros(2, np.float16), np.zeros(2, bool)])
    assert found == Dtypes(("float16", "bool")) and str(found) == "float16 bool"
    assert found.replaced("float64") == Dtypes(("float64", "bool"))


def test_facts_in_another_dtype_or_without_masks():
    given = {
        "first.dtype": Dtypes(("float64",)),
        "first.masks": AttachedMasks((True, False)),
        "first.states": 0,
    }
    assert demanded_in("float16", given) == dict(given, **{"first.dtype": Dtypes(("float16",))})
    none = AttachedMasks((False, False))
    assert without_attached_masks(given) == dict(given, **{"first.masks": none})


@pytest.mark.parametrize("one, other", [(False, 0), (0, 0.0), (1, True), ("None", None)])
def test_defaults_of_unlike_types_are_not_equal(one, other):
    assert Default(one) != Default(other) and Default(one) == Default(one)
    assert Default(one) != one


def test_facts_of_unlike_types_are_not_equal():
    assert Dtypes(("a",)) != AttachedMasks(("a",)) and Structures.of(ANY) != ANY


@pytest.mark.parametrize("verdict", ["ValueError at call", "KeyError at build", "values"])
def test_an_outcome_of_a_verdict_has_it(verdict):
    assert Outcome.of_verdict(verdict).verdict == verdict
