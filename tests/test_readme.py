"""The Python of README.md and docs runs as it stands, and prints what they say it does."""

import importlib.util
import json
import os
import pathlib
import re

import pytest
from helpers import FIXTURES, needs, within

from rnn_oracle.commands import explain
from rnn_oracle.records.format import MANIFEST
from rnn_oracle.testing.suite import LEFT_OUT

pytestmark = pytest.mark.itself
ROOT = pathlib.Path(FIXTURES).parent


def blocks(path, language):
    """Return the blocks of code of a language in a file of the repository."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def run(path, monkeypatch, capsys):
    """Run the Python of a file, in the order in which it stands there, and compare its output."""
    program = "\n".join(blocks(path, "python"))
    monkeypatch.chdir(ROOT)
    exec(program, {})
    printed = capsys.readouterr().out.splitlines()
    assert printed == re.findall(r"\)  # (.*)", program) != []


@pytest.mark.skipif(not importlib.util.find_spec("h5py"), reason="there is no h5py")
@pytest.mark.parametrize("path", ["README.md", "docs/models.md"])
def test_an_example_without_tensorflow(path, monkeypatch, capsys):
    run(path, monkeypatch, capsys)


def test_the_example(target, monkeypatch, capsys):
    if within(target, keras2="<2.7"):
        pytest.skip("this release takes a mask only as a tensor")
    run("docs/reference.md", monkeypatch, capsys)


def test_every_page_with_an_example_is_tested():
    pages = [path for path in sorted(ROOT.glob("docs/*.md")) if blocks(path, "python")]
    assert [path.stem for path in pages] == ["models", "reference"]


@needs("packaging")
@pytest.mark.parametrize("path", ["README.md", "docs/explaining.md"])
def test_an_explanation_is_what_the_command_prints(path, capsys):
    text = (ROOT / path).read_text(encoding="utf-8")
    words, shown = re.search(r"rnn_oracle.explain (.*)\n```\n\n```\n((?s:.*?))```", text).groups()
    assert explain.main(words.split()) == 0
    beginning, omission, _ = shown.partition("\n[")
    printed = capsys.readouterr().out
    assert printed.startswith(beginning + "\n") if omission else printed == shown


def test_the_readme_is_read_in_one_sitting():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 1000


@pytest.mark.parametrize("page, command", [("start", "check"), ("upgrading", "diff")])
def test_an_output_that_the_readme_shortens_is_on_a_page(page, command):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(rf"rnn_oracle\.{command}[^`]*```\n\n```\n((?s:.*?))```", text)
    whole = (ROOT / f"docs/{page}.md").read_text(encoding="utf-8").splitlines()
    lines = [line for line in shown.splitlines() if line and not line.startswith("[")]
    assert len(lines) >= 5 and [line for line in lines if line not in whole] == []


def test_what_is_left_out_without_tensorflow_tells_how_to_install_it():
    assert "pip install" in LEFT_OUT


def test_the_reading_page_shows_a_real_case():
    with open(os.path.join(FIXTURES, "INTERPRETING.md"), encoding="utf-8") as file:
        (example,) = re.findall(r"```json\n(.*?)```", file.read(), re.DOTALL)
    with open(os.path.join(FIXTURES, "vectors", MANIFEST), encoding="ascii") as file:
        groups = json.load(file)["groups"]
    shown = json.loads(example)
    assert shown in [case for group in groups for case in group["cases"]]
