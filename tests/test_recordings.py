"""The oracle and the ledger against what releases did, with no TensorFlow at hand."""

import functools
import os
from types import SimpleNamespace

import pytest
from helpers import FIXTURES, committed, needs, recordings
from invented import PAGE

from rnn_oracle.commands import history, judge_releases
from rnn_oracle.commands.judged_recordings import judge_all
from rnn_oracle.commands.kept_table import read_table
from rnn_oracle.families import registry
from rnn_oracle.families.case import SIZES
from rnn_oracle.families.layers.matrix import core
from rnn_oracle.records.manifest import RECORDING
from rnn_oracle.targets.keras.target import KerasTarget
from rnn_oracle.targets.recorded import Recorded
from rnn_oracle.targets.tf1 import Tf1Target
from rnn_oracle.verdict.judge import DIVERGES, judge, passes
from rnn_oracle.verdict.ledger import FAMILY, MEASURED, fits, load, matching, states

pytestmark = needs("packaging")
LEDGER = load()
ON_RECORD = [e for e in LEDGER if any(FAMILY not in pattern for pattern in e.cases)]
"""The entries that speak of recorded cases."""


@functools.lru_cache(maxsize=None)
def recorded(name):
    return Recorded(recording(name))


def recording(name):
    return committed(RECORDING, "recordings", name)


def recorded_cases(name):
    return [entry.case for entry in recording(name).entries.values()]


def core_cases(name):
    """Return the cases of which each that an entry speaks of shows it."""
    return [case for case in recorded_cases(name) if not registry.get(case.family).is_crossed]


@needs("jinja2")
def test_the_releases_did_what_is_known_and_the_pages_tell_it():
    """One test, as it takes minutes to judge them all."""
    fixtures = [recording(name) for name in recordings()]
    answered = judge_all(fixtures)
    wrong = [
        f"{one.case.id} of {name}: {answer.detail}"
        for one in answered
        for name, answer in one.answers.items()
        if not passes(SimpleNamespace(verdict=answer.verdict, case=one.case, lacks=()))
    ]
    assert not wrong, "\n".join(wrong)
    with open(PAGE, encoding="utf-8") as file:
        assert file.read() == history._page(history.of_answers(fixtures, answered)), (
            "run python -m rnn_oracle.history --html docs/history.html"
        )
    table = read_table(os.path.join(FIXTURES, judge_releases.NAME))
    assert judge_releases.judged(fixtures, answered) == {n: table[n] for n in recordings()}, (
        "run python -m rnn_oracle.commands.judge_releases --page docs/releases.md"
    )


@pytest.mark.parametrize("name", recordings())
def test_a_recording_is_named_after_its_release(name):
    target = recorded(name)
    release = target.provenance["tensorflow"]
    if target.dialect == "tf1":
        live = Tf1Target(target.module, release)
    else:
        live = KerasTarget(target.dialect, target.module, target.version, release)
    assert name == target.recording == live.recording
    assert target.version in repr(target) and name in repr(target)


@pytest.mark.parametrize("name", recordings())
def test_a_recording_has_every_case(name):
    cases = recorded_cases(name)
    families = {case.family for case in cases}
    assert cases == registry.cases(
        recorded(name).dialect, *filter(families.__contains__, registry.IDS)
    )


@pytest.mark.parametrize("entry", ON_RECORD, ids=lambda entry: entry.id)
def test_without_an_entry_the_releases_that_it_names_fail(entry):
    others, named = [other for other in LEDGER if other is not entry], set()
    for name in recordings():
        target = recorded(name)
        spoken_of = [c for c in core_cases(name) if matching([entry], target, c)]
        for case in spoken_of[::50]:
            named.add(target.recording)
            assert judge(target, case, others).verdict == DIVERGES, target
    assert named or not any(states(entry, recorded(name)) for name in recordings())


@pytest.mark.parametrize("name", recordings())
def test_with_an_invented_entry_every_release_fails(name):
    target = recorded(name)
    invented = LEDGER[0]._replace(
        id="invented",
        target=target.name,
        versions="",
        cases=[{"cell": ["gru"], "dtype": ["float32"]}],
        instead="symbolic_call_refused",
    )
    cases = [case for case in core_cases(name) if fits(invented.cases[0], case)]
    for case in cases[::50]:
        verdict = judge(target, case, LEDGER + [invented])
        assert verdict.verdict == DIVERGES and "invented" in verdict.detail


def test_other_sizes_were_not_recorded():
    with pytest.raises(KeyError, match="tf2.21"):
        recorded("tf2.21").run(core()[0], SIZES._replace(batch=1))


@pytest.mark.parametrize("name", sorted(MEASURED))
def test_the_newest_version_measured_is_the_newest_recorded(name):
    targets = [target for target in map(recorded, recordings()) if target.name == name]
    versions = [target.version for target in targets if "nightly" not in target.recording]
    numbers = [tuple(map(int, version.split("."))) for version in versions]
    assert ".".join(map(str, max(numbers))) == MEASURED[name]
