"""The oracle and the ledger against what releases did, with no TensorFlow at hand."""

import pytest
from helpers import committed, needs, recordings

from rnn_oracle.fixtures.manifest import RECORDING
from rnn_oracle.ledger import load
from rnn_oracle.matrix import core
from rnn_oracle.problems import SIZES
from rnn_oracle.targets.recorded import Recorded
from rnn_oracle.verdict import AGREE, KNOWN, judge

pytestmark = needs("packaging")
LEDGER = load()


def recorded(name):
    return Recorded(committed(RECORDING, "recordings", name))


@pytest.mark.parametrize("case", core(), ids=lambda case: case.id)
@pytest.mark.parametrize("name", recordings())
def test_the_release_did_what_is_known(name, case):
    verdict = judge(recorded(name), case, LEDGER)
    assert verdict.verdict in (AGREE, KNOWN), verdict.detail


@pytest.mark.parametrize("name", recordings())
def test_a_recording_is_named_after_its_release(name):
    target = recorded(name)
    release = target.provenance["tensorflow"].split(".")[:2]
    legacy = "-legacy" if target.module == "tf_keras" else ""
    assert name == target.recording == "tf{}.{}{}".format(*(release + [legacy]))
    assert target.version in repr(target) and name in repr(target)


@pytest.mark.parametrize("name", recordings())
def test_a_recording_has_every_case(name):
    assert set(committed(RECORDING, "recordings", name).entries) == {case.id for case in core()}


def test_other_sizes_were_not_recorded():
    with pytest.raises(KeyError, match="tf2.21"):
        recorded("tf2.21").run(core()[0], SIZES._replace(batch=1))
