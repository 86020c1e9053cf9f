"""What one reader refuses the other refuses too, where all sums are right and where none is."""

import functools
import itertools

import numpy as np
import pytest
from damages import OF_RECORDING, OF_TEXT, OF_VECTORS, change_fields, change_text
from helpers import NEEDS_NODE, NODE, linked_elsewhere, made_up, node, rewrite
from test_fixture_reader import CHANGES, small
from test_javascript_reader import IN_MANIFEST, IN_RECORDING, put_recording, put_vectors
from test_recording_reader import CHANGES as RECORDING_CHANGES
from test_recording_reader import put_small_recording

from rnn_oracle.families.facts import Default
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.records.format import MANIFEST, FixtureError
from rnn_oracle.records.manifest import RECORDING, VECTORS
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import store
from rnn_oracle.records.writer import replace

ON = list(itertools.product([False, True], repeat=3))
unsealed = functools.partial(rewrite, right_sum=False)


def put_small(folder):
    replace(str(folder), small())


def damages():
    """Yield how sums are set, what is changed, and functions that put a fixture and damage it."""
    ways = [("sealed", rewrite), ("with-all-sums", change_fields), ("unsealed", unsealed)]
    for make, found in ((put_vectors, OF_VECTORS), (put_recording, OF_RECORDING)):
        for (sums, how), change in itertools.product(ways, found):
            yield sums, change.__name__, make, functools.partial(how, change=change)
    for make, found in (
        (put_vectors, IN_MANIFEST),
        (put_recording, IN_RECORDING),
        (put_small, CHANGES),
        (put_small_recording, RECORDING_CHANGES),
    ):
        for change, _ in found:
            yield "sealed", change.__name__, make, functools.partial(rewrite, change=change)
    yield "linked", "elsewhere", put_vectors, lambda folder: linked_elsewhere(folder / MANIFEST)
    for name, (old, new) in OF_TEXT.items():
        yield "text", name, put_vectors, functools.partial(change_text, old=old, new=new)


DAMAGES = list(damages())
IDS = [f"{make.__name__[4:]}-{sums}-{name}" for sums, name, make, _ in DAMAGES]


def told_in_python(folder):
    kind = VECTORS if folder.parent.name.startswith("vectors") else RECORDING
    try:
        read(str(folder), kind)
    except FixtureError as error:
        return str(error)
    return None


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what the readers tell of each damaged fixture, None where it is read."""
    top, folders = tmp_path_factory.mktemp("refused"), []
    for number, (_, _, make, damage) in enumerate(DAMAGES):
        kind = "recording" if "recording" in make.__name__ else "vectors"
        folders.append(top / f"{kind}{number}" / "tf2.21")
        make(folders[-1])
        damage(folders[-1])
    found = {"Python": list(map(told_in_python, folders))}
    if NODE is not None:
        printed = node("check.mjs", *folders)[1].splitlines()
        whole = [f"{folder}: whole, " for folder in folders]
        found["JavaScript"] = [None if p.startswith(w) else p for p, w in zip(printed, whole)]
        assert len(printed) == len(folders)
    return found


@pytest.mark.parametrize("reader", ["Python", pytest.param("JavaScript", marks=NEEDS_NODE)])
@pytest.mark.parametrize("number", range(len(DAMAGES)), ids=IDS)
def test_damage_is_refused(number, reader, told):
    """Naming the manifest, as that was changed; where sums are right, with what it does not fit."""
    message = told[reader][number]
    assert message and MANIFEST in message and message.isprintable()
    if DAMAGES[number][0] == "unsealed":
        assert ".bin" not in message


def test_entries_that_refer_to_more_than_is_read(tmp_path):
    """Each table is small enough, but every answer refers to the same long row."""
    facts = {"defaults.activation": Default("x" * 2**23)}
    cases = [CoreCase(cell, "one", *on) for cell in ("gru", "lstm") for on in ON]
    arrays = [{"default.output": np.full(2, float(number))} for number in range(len(cases))]
    outcomes = {case: Outcome(array, facts) for case, array in zip(cases, arrays)}
    store(str(tmp_path), {"tf2.21": made_up(outcomes)})
    told = "its entries refer to more than 67108864 bytes in all"
    with pytest.raises(FixtureError, match=told):
        read(str(tmp_path / "tf2.21"), RECORDING)
    assert NODE is None or told in node("check.mjs", tmp_path / "tf2.21")[1]
