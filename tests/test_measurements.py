"""What was measured of a release holds on the one that is installed."""

import json
from types import SimpleNamespace

import pytest
from helpers import needs
from statements import MEASURED

from rnn_oracle.commands import measure
from rnn_oracle.commands.kept_table import read_table
from rnn_oracle.targets.measurements import MEASUREMENTS

pytestmark = needs("packaging")
EACH = sorted({name for named in MEASUREMENTS.values() for name in named})


@pytest.mark.parametrize("name", EACH)
def test_on_keras(target, name):
    holds_just_as_measured(target, name)


@pytest.mark.parametrize("name", sorted(MEASUREMENTS["tf1"]))
def test_on_tensorflow_1(tf1_target, name):
    holds_just_as_measured(tf1_target, name)


def holds_just_as_measured(target, name):
    if name not in MEASUREMENTS[target.name]:
        pytest.skip("it says nothing about this target")
    if MEASURED.get(target.recording, {}).get("version") != target.version:
        pytest.skip("this release was not measured: run python -m rnn_oracle.commands.measure")
    target.load()
    found = MEASUREMENTS[target.name][name](target)
    assert MEASURED[target.recording]["holds"].get(name) == found


def test_the_program_keeps_what_was_measured_of_other_releases(tmp_path, monkeypatch):
    about = dict(module="invented", version="2.5.0")
    tensorflow = SimpleNamespace(__version__="2.5.0")
    small = SimpleNamespace(
        name="tf1", recording="tf2.5-v1", load=lambda: None, tf=tensorflow, **about
    )
    of_none = {"yes": lambda target: True, "no": lambda target: False, "": lambda target: None}
    monkeypatch.setitem(measure.MEASUREMENTS, "tf1", of_none)
    monkeypatch.setattr(measure, "installed", lambda: {"tf1": small})
    path = tmp_path / "measured.json"
    path.write_text(json.dumps({"tf2.10": {}, "tf2.5-v1": {}}))
    assert measure.main(["--out", str(path)]) == 0
    table = read_table(str(path))
    assert list(table) == ["tf2.5-v1", "tf2.10"]
    assert table["tf2.5-v1"] == dict(
        about, target="tf1", tensorflow="2.5.0", holds={"no": False, "yes": True}
    )


def test_nothing_is_measured_where_nothing_is_installed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measure, "installed", dict)
    assert measure.main(["--out", str(tmp_path / "no.json")]) == 2
    assert "there is nothing to measure" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
