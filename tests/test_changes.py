"""What counts as a change, how far numbers have moved, and whether rounding can explain it."""

import numpy as np
import pytest

from rnn_oracle.families.facts import ANY, Structures
from rnn_oracle.families.outcome import Outcome, Refusal
from rnn_oracle.verdict.changes import (
    COPIES,
    DTYPE,
    ELEMENT,
    FACT,
    MEANING,
    NUMBER,
    PRESENCE,
    ROUNDING,
    SHAPE,
    VERDICT,
    changes,
    claimed_changes,
    describe,
    ulps,
)

OLD = np.array([1.0, -2.0, 0.0], np.float32)
REFUSED = Outcome(refusal=Refusal("call", "ValueError", "no"))


def outcome(array, **facts):
    return Outcome({"default.output": array}, facts)


def found(array, allowed=None):
    tolerance = None if allowed is None else lambda: {"default.output": np.full(3, allowed)}
    return changes(outcome(OLD), outcome(array), tolerance)


def texts(change):
    return str(change.old), str(change.new)


def test_the_same_bits_are_no_change():
    assert found(OLD.copy()) == []
    assert changes(REFUSED, Outcome(refusal=Refusal("call", "ValueError", "other words"))) == []


@pytest.mark.parametrize(
    "allowed, kind, share",
    [(1e-6, ROUNDING, 0.12), (1e-7, MEANING, 1.2), (None, MEANING, np.inf)],
    ids=["rounding", "too-much", "exact"],
)
def test_one_ulp(allowed, kind, share):
    moved = OLD.copy()
    moved[0] = np.nextafter(moved[0], np.float32(9))
    (change,) = found(moved, allowed)
    assert (change.name, change.kind, change.ulps) == ("default.output[0]", kind, 1)
    assert change.about == NUMBER
    assert change.share == pytest.approx(share, abs=0.01)
    assert describe(change).startswith("default.output[0]: 1.0 -> 1.0000001, moved by 1 ULP, ")


@pytest.mark.parametrize(
    "new, about, old_text, new_text",
    [
        (REFUSED, VERDICT, "values", "ValueError at call"),
        (Outcome(unsupported="no"), VERDICT, "values", "unsupported"),
        (Outcome({}, {}), PRESENCE, "there", "missing"),
        (outcome(OLD[:2]), SHAPE, "float32 (3,)", "float32 (2,)"),
        (outcome(OLD.astype(np.float64)), DTYPE, "float32 (3,)", "float64 (3,)"),
        (outcome(OLD[:2].astype(np.float64)), DTYPE, "float32 (3,)", "float64 (2,)"),
        (outcome(OLD, nesting=Structures.of(ANY)), FACT, "None", "*"),
    ],
    ids=["refusal", "unsupported", "missing", "shape", "dtype", "both", "fact"],
)
def test_what_is_not_a_number_is_of_meaning(new, about, old_text, new_text):
    (change,) = changes(outcome(OLD), new, dict)
    assert (change.kind, change.about) == (MEANING, about)
    assert change.share is None
    assert describe(change) == f"{change.name}: {old_text} -> {new_text}"


def test_a_change_of_a_fact_keeps_the_facts():
    old, new = Structures.of(ANY), Structures.of(ANY, ANY)
    (change,) = changes(outcome(OLD, nesting=old), outcome(OLD, nesting=new))
    assert change.old is old and change.new is new


def test_nan_is_never_rounding():
    (change,) = found(OLD * np.float32("nan"), 1e9)
    assert change.kind == MEANING and np.isinf(change.share) and change.ulps is None
    assert "moved by inf of the tolerance" in describe(change)


def test_masks_are_compared_element_by_element():
    masks = [Outcome({"default.mask": np.array(mask)}, {}) for mask in ([True], [False])]
    (change,) = changes(*masks)
    assert (change.kind, change.about, change.ulps) == (MEANING, ELEMENT, None)
    assert texts(change) == ("True", "False")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_units_in_the_last_place(dtype):
    one, zero = dtype(1), dtype(0)
    above = np.nextafter(one, dtype(2))
    tiny = np.nextafter(zero, dtype(1))
    assert ulps(one, above) == 1
    assert ulps(-tiny, tiny) == 2
    assert ulps(zero, -zero) == 0
    assert ulps(one, dtype("nan")) is None


def test_the_ulps_are_those_of_the_numbers_shown():
    old, new = np.array([1e-30, 1.0], np.float32), np.array([-1e-30, 1.5], np.float32)
    (change,) = changes(outcome(old), outcome(new), lambda: {"default.output": np.full(2, 0.1)})
    assert (change.name, texts(change)) == ("default.output[1]", ("1.0", "1.5"))
    assert change.ulps == 2**22


def test_what_is_not_there_is_not_unsupported():
    (change,) = changes(None, Outcome(unsupported="not there"))
    assert (change.old, change.new) == ("not there", "unsupported")


@pytest.mark.parametrize("name", ["output", "h1"])
def test_a_copy_that_is_none_any_more_is_of_meaning(name):
    """The last output is the state, to the bit (rule T2)."""
    names = ["default.output", "default.h1"]
    claimed = Outcome(dict.fromkeys(names, OLD.astype(np.float64)))
    old = Outcome(dict.fromkeys(names, OLD))
    moved = np.nextafter(OLD, np.float32(9))
    new = Outcome(dict(old.arrays, **{"default." + name: moved}))

    def found(old, new):
        tolerance = dict.fromkeys(names, np.full(3, 1e-3))
        return claimed_changes(old, new, lambda: claimed, lambda claimed: tolerance)

    assert [c.kind for c in found(old, new)] == [ROUNDING, MEANING]
    assert found(old, new)[1][:2] == ("default.copies", COPIES)
    assert [c.kind for c in found(new, old)] == [ROUNDING]
    both = Outcome(dict.fromkeys(names, moved))
    assert [c.kind for c in found(old, both)] == [ROUNDING, ROUNDING]
