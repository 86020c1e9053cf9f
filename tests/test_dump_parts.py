"""A dump of some cases keeps the others of a recording, where they were recorded on the same."""

import numpy as np
import pytest
from helpers import made_up

from rnn_oracle.commands import dump
from rnn_oracle.families import registry
from rnn_oracle.families.layers.case import CoreCase
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.records import recordings as recorded
from rnn_oracle.records.manifest import RECORDING
from rnn_oracle.records.reader import read
from rnn_oracle.records.store import store

pytestmark = pytest.mark.itself

NAME = "tf2.9"
LAYERS, OPTIONS = CoreCase("gru"), registry.cases("keras3", "options")[:2]


def holding(*numbers):
    return Outcome({"default.output": np.array(numbers, "f")}, {})


class Target:
    recording, dialect = NAME, "keras3"


@pytest.fixture
def dumped(tmp_path, monkeypatch):
    """Return a function that dumps some outcomes over a recording; it returns what is there then.

    The recording has a case of layers and two of options, with the numbers 1, 2 and 3.
    """
    store(str(tmp_path / "recordings"), {NAME: made_up(before(), recording=NAME)})
    monkeypatch.setattr(dump, "installed", lambda: {"keras3": Target})

    def run(outcomes, *arguments, **about):
        def gather(targets, cases, numbers, processes, begun):
            about_it, entries = made_up(outcomes, recording=NAME, **about)
            begun({"keras3": about_it})
            chosen = [entry for entry in entries if entry.case in cases["keras3"]]
            return dump.Gathered([], {"keras3": (about_it, chosen)}, 1.0, 1)

        monkeypatch.setattr(dump, "gather", gather)
        status = dump.main(["--recording", "--out", str(tmp_path), *arguments])
        entries = read(str(tmp_path / "recordings" / NAME), RECORDING).entries.values()
        return status, {
            entry.case: float(entry.answers["keras3"].arrays["default.output"][0])
            for entry in entries
        }

    return run


def before():
    return {LAYERS: holding(1), OPTIONS[0]: holding(2), OPTIONS[1]: holding(3)}


NEW = {LAYERS: holding(7), OPTIONS[0]: holding(8)}


@pytest.mark.parametrize(
    "arguments, there",
    [
        ([], {LAYERS: 7, OPTIONS[0]: 8}),
        (["--family", "options"], {LAYERS: 1, OPTIONS[0]: 8}),
        (["--family", "layers"], {LAYERS: 7, OPTIONS[0]: 2, OPTIONS[1]: 3}),
        (["--only", OPTIONS[0].id], {LAYERS: 1, OPTIONS[0]: 8, OPTIONS[1]: 3}),
        (
            ["--only", OPTIONS[0].id, "--family", "options"],
            {LAYERS: 1, OPTIONS[0]: 8, OPTIONS[1]: 3},
        ),
    ],
    ids=["all", "options", "layers", "one", "both"],
)
def test_what_is_not_chosen_stays(dumped, arguments, there):
    status, found = dumped(NEW, *arguments)
    assert status == 0 and list(found.items()) == list(there.items())


def test_what_was_recorded_elsewhere_is_not_mixed(dumped, capsys):
    status, found = dumped(NEW, "--family", "options", numpy="1.0", python="3.7")
    assert status == 2 and list(found.values()) == [1, 2, 3]
    printed = capsys.readouterr().err
    assert "would hold cases of two machines or releases: numpy, python differ" in printed
    assert "record all its cases, without --family options, or choose another --out" in printed


def test_what_an_older_recording_does_not_tell_is_no_difference(dumped):
    status, found = dumped(NEW, "--family", "options", backend="tensorflow")
    assert status == 0 and list(found.values()) == [1, 8]


def test_bfloat16_is_held_in_float32():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    output = np.array([1.5, 2**-126], ml_dtypes.bfloat16)

    class Brain:
        dialect = "keras3"

        def run(self, case):
            return Outcome({"default.output": output, "default.h": np.array([2], "f2")})

    arrays = recorded.entry(Brain(), LAYERS).answers["keras3"].arrays
    assert arrays["default.output"].dtype == "float32" and arrays["default.h"].dtype == "float16"
    assert arrays["default.output"].tolist() == [1.5, 2**-126]
