"""The attempts of what goes wrong: none fails, a failure is counted, and the page shows them."""

import os

import pytest

pytest.importorskip("hypothesis")
import edits  # noqa: E402
import robustness  # noqa: E402
from attacks import results  # noqa: E402
from attacks.kinds import KINDS, Found, can_be_tried, tried  # noqa: E402

PAGE = os.path.join(os.path.dirname(results.PATH), os.pardir, os.pardir, "docs", "robustness.md")
FEW = 6
EACH = [
    pytest.param(n, marks=[pytest.mark.target] * (k.needs == "Keras")) for n, k in KINDS.items()
]


@pytest.mark.parametrize("name", EACH)
def test_a_few_attempts(name):
    if not can_be_tried(name):
        pytest.skip(f"there is no {KINDS[name].needs} here")
    found = tried(name, FEW)
    assert found.failures == [] and sum(found.answers.values()) >= FEW


def test_what_is_kept_has_no_failure():
    kept = results.read(results.PATH)
    assert list(kept) == list(KINDS)
    for name, one in kept.items():
        assert one["failures"] == [], name
        assert sum(one["answers"].values()) >= (21 if name == "environments" else 60), name


def test_the_page_shows_what_is_kept():
    with open(PAGE, encoding="utf-8") as file:
        assert file.read() == results.page(results.read(results.PATH))


def test_a_reader_that_takes_what_was_edited_fails(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(edits, "read", lambda folder, kind: None)
    monkeypatch.setattr(edits, "NODE", None)
    kept, page = str(tmp_path / "kept.json"), tmp_path / "page.md"
    arguments = ["bytes", "--count", str(FEW), "--results", kept, "--page", str(page)]
    assert robustness.main(arguments) == 1
    assert len(results.read(kept)["bytes"]["failures"]) == FEW
    assert f"{FEW} attempts, {FEW} failures." in page.read_text(encoding="utf-8")
    assert "AssertionError" in capsys.readouterr().out


def test_what_raises_is_a_failure_that_is_told_in_short():
    found = Found()
    found.attempt(lambda value: {}[value], "a\n" * 9000)
    (told,) = found.failures
    assert told.startswith("KeyError") and len(told) <= 500 and "\n" not in told
    assert not found.answers


def test_what_cannot_be_tried_keeps_what_there_was(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(robustness, "can_be_tried", lambda name: False)
    kept = tmp_path / "kept.json"
    assert robustness.main(["models", "killed", "--results", str(kept)]) == 0
    assert not kept.exists()
    assert "models: left out, there is no Keras here" in capsys.readouterr().out


def test_an_unknown_kind_is_misuse(capsys):
    with pytest.raises(SystemExit) as stopped:
        robustness.main(["earthquakes"])
    assert stopped.value.code == 2
    assert "no kind 'earthquakes', only bytes, " in capsys.readouterr().err
