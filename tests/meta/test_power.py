"""The measurement at real sizes: right layers pass it and broken ones do not, and what is kept."""

import os

import power
import pytest
from broken_layers import results
from broken_layers.breaks import BREAKS, FINE, GROSS
from broken_layers.judged import BREAKS_EACH, judged
from broken_layers.settings import KINDS, MODES, STEPS, UNITS, Setting, live, setting

PAGE = os.path.join(os.path.dirname(results.FOLDER), os.pardir, "docs", "power.md")
SMALL = dict(units=4, steps=6, features=3, batch=2, weights="trained-like", sequences=True)
SMALL.update(state=False, backwards=False)
FULL = dict(SMALL, both=False, masked=True, started=True)
SETTINGS = {
    "LSTM": Setting(8, "LSTM", **dict(FULL, state=True)),
    "GRU": Setting(16, "GRU", **FULL),
    "SimpleRNN": Setting(24, "SimpleRNN", **dict(FULL, masked=False, started=False)),
    "both": Setting(32, "LSTM", **dict(FULL, both=True)),
}


@pytest.fixture
def seeded(target):
    """Return a Keras whose weights can be drawn again."""
    if not hasattr(target.keras.utils, "set_random_seed"):
        pytest.skip("the weights of this release cannot be drawn again")
    return target


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting(seeded, name):
    one = judged(live(SETTINGS[name], seeded.keras), seeded)
    assert list(one["right"]) == list(MODES) and not results.false_alarms(one)
    assert len(one["broken"]) == BREAKS_EACH
    for what, found in one["broken"].items():
        assert found["off"] and found["moved"] > 0, what


def test_every_break_fits_a_layer_and_changes_it(seeded):
    layers = [live(drawn, seeded.keras) for drawn in SETTINGS.values()]
    for breaks in BREAKS.values():
        for what, function in breaks.items():
            assert any(function(layer) is not None for layer in layers), what


def test_the_command_writes_the_page_of_what_it_has_just_measured(seeded, tmp_path, monkeypatch):
    monkeypatch.setattr(power, "setting", lambda number: SETTINGS["SimpleRNN"])
    kept, page = str(tmp_path / "kept.jsonl"), tmp_path / "page.md"
    given = [seeded.name, "--settings", "1", "--results", kept, "--page", str(page)]
    assert power.main(given) == 0
    assert page.read_text(encoding="utf-8") == results.page(list(results.read(kept).values()))


def test_the_settings_are_drawn_by_number():
    drawn = [setting(number) for number in range(200)]
    assert drawn == [setting(number) for number in range(200)]
    for option, values in (("kind", KINDS), ("units", UNITS), ("steps", STEPS)):
        assert {getattr(one, option) for one in drawn} == set(values)


def test_what_is_kept_has_no_false_alarm_and_next_to_nothing_missed():
    kept = results.read(results.path_of("keras3"))
    assert not any(results.false_alarms(one) for one in kept.values())
    found = [found for one in kept.values() for found in one["broken"].values()]
    for size, share in ((GROSS, 1), (FINE, 0.98)):
        of_size = [bool(one["off"]) for one in found if one["size"] == size]
        assert sum(of_size) >= share * len(of_size) > 100


def test_the_page_shows_what_is_kept():
    kept = results.read(results.path_of("keras3"))
    with open(PAGE, encoding="utf-8") as file:
        assert file.read() == results.page([kept[number] for number in sorted(kept)])
