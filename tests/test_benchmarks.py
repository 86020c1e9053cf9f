"""The benchmarks: what they compute, keep and say; how long it takes is tested nowhere."""

import json

import numpy as np
import pytest

pytest.importorskip("importlib.metadata")
from benchmarks import __main__ as command
from benchmarks import history, page
from benchmarks.measuring import CannotRunError, measured, memory, prepared
from benchmarks.runtimes import FLOOR, ORACLE, RUNTIMES
from benchmarks.settings import GATES, Setting, arrays, of_dict

SHAPE = (3, 5, 4, 2)


def result(kind="LSTM", **seconds):
    """Return a result of made-up times, of the median and of the fastest call alike."""
    times = {name: dict(median=s, fastest=s, cpu=s, rounds=3) for name, s in seconds.items()}
    return {"setting": Setting(kind, SHAPE).asdict(), "times": times, "cannot": {}}


def made_up(of_oracle, of_floor=1.0):
    seconds = {ORACLE: of_oracle, FLOOR: of_floor}
    return dict(history.about(), results=[result(**seconds)], growth=[], memory=[])


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("masked", [False, True], ids=["nomask", "masked"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_textbook_loop_computes_what_the_reference_does(kind, masked, dtype):
    setting = Setting(kind, SHAPE, dtype, masked)
    outputs = [prepared(name, setting)() for name in ("textbook loop", ORACLE)]
    assert outputs[0].dtype == outputs[1].dtype == dtype
    np.testing.assert_allclose(*outputs, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in RUNTIMES if "Keras on" not in name])
def test_a_runtime_computes_what_the_reference_does_or_says_why_not(name):
    try:
        assert prepared(name, Setting("GRU", SHAPE)) is not None
    except CannotRunError as error:
        assert str(error) == "not installed"


def test_a_runtime_that_computes_other_numbers_is_not_timed(monkeypatch):
    monkeypatch.setitem(RUNTIMES, "wrong", lambda setting, given: lambda: np.zeros((3, 2)) + 9)
    with pytest.raises(CannotRunError, match="computes other numbers"):
        prepared("wrong", Setting("GRU", SHAPE))


def test_an_error_of_a_runtime_is_its_reason(monkeypatch):
    monkeypatch.setitem(RUNTIMES, "broken", lambda setting, given: lambda: 1 / 0)
    found = measured(Setting("GRU", SHAPE), [FLOOR, "broken"], 0.0, {})
    assert found["cannot"] == {"broken": "ZeroDivisionError: division by zero"}
    assert list(found["times"]) == [FLOOR] and found["times"][FLOOR]["rounds"] >= 3


def test_masked_sequences_show_half_of_their_steps_or_more():
    setting = Setting("LSTM", (50, 7, 4, 2), masked=True)
    shown = arrays(setting).mask(setting).sum(axis=1)
    assert shown.max() == 7 and shown.min() == 4
    assert arrays(Setting("LSTM", SHAPE)).mask(Setting("LSTM", SHAPE)) is None


def test_a_setting_comes_back_from_json():
    setting = Setting("GRU", SHAPE, "float64", True, 2)
    assert of_dict(json.loads(json.dumps(setting.asdict()))) == setting


def test_memory_is_told_beside_that_of_the_arrays():
    used = memory(Setting("SimpleRNN", SHAPE))
    assert used["held"] == 4 * (3 * 5 * 4 + 4 * 2 + 2 * 2 + 2) and used["peak"] > 0


@pytest.mark.parametrize("after, slower", [(1.1, 0), (1.3, 1)], ids=["as-fast", "slower"])
def test_compare_tells_what_is_slower_as_a_multiple_of_the_floor(after, slower, tmp_path, capsys):
    files = [tmp_path / name for name in ("old.json", "new.json")]
    for file, run in zip(files, (made_up(2.0), made_up(4.0 * after, of_floor=2.0))):
        file.write_text(json.dumps(run))
    assert command.main(["compare", *map(str, files)]) == slower
    assert f"{slower} of 1 settings are slower than in old.json" in capsys.readouterr().out


def test_compare_needs_two_runs(tmp_path, capsys):
    assert command.main(["compare", str(tmp_path / "one.json")]) == 2
    assert "two runs can be compared, not 1" in capsys.readouterr().err


def test_what_only_the_median_calls_slower_is_noise():
    old, new = made_up(2.0), made_up(2.0)
    new["results"][0]["times"][ORACLE]["median"] = 9.0
    assert history.compare(old, new) == []


def test_a_shape_of_other_than_four_sizes_is_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["--shapes", "3,5,4"])
    assert "is not batch,steps,features,units" in capsys.readouterr().err


def test_the_command_measures_and_the_page_shows_it(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "GROWING", {"units": [SHAPE, (3, 5, 4, 4)]})
    monkeypatch.setattr("benchmarks.page.GROWING", command.GROWING)
    asked = ["--kinds", "GRU", "--shapes", "3,5,4,2", "--threads", "1", "--seconds", "0"]
    asked += ["--dtypes", "float32", "--runtimes", FLOOR, ORACLE, "--out", str(tmp_path)]
    assert command.main(asked) == 0
    (file,) = history.runs(tmp_path)
    run = json.loads(file.read_text())
    assert [of_dict(each["setting"]).masked for each in run["results"]] == [False, True]
    page.written(run, tmp_path)
    text = (tmp_path / "benchmarks.md").read_text()
    assert "## float32, masked, 1 thread\n" in text and "| GRU | 3, 5, 4, 2 | " in text
    assert "| GRU | units | 2 | 4 | " in text


def test_a_page_says_that_the_machine_was_busy(tmp_path):
    run = made_up(2.0)
    run["machine"].update(load=[9.0, 9.0, 9.0], processors=2)
    page.written(run, tmp_path)
    assert "**The machine was busy with other work**" in (tmp_path / "benchmarks.md").read_text()


def test_a_reason_stands_on_the_page(tmp_path):
    run = made_up(2.0)
    run["results"][0]["cannot"] = {"PyTorch": "not installed"}
    page.written(run, tmp_path)
    assert "| PyTorch | not installed | 1 |" in (tmp_path / "benchmarks.md").read_text()
