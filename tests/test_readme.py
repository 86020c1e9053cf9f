"""The README's Python runs as it stands, and says what it says; so does the reading page."""

import json
import os
import re

import pytest
from helpers import FIXTURES, within

from rnn_oracle.commands import explain
from rnn_oracle.records.format import MANIFEST
from rnn_oracle.testing.suite import LEFT_OUT

pytestmark = pytest.mark.itself


def test_the_example(target, pytestconfig, capsys):
    if within(target, keras2="<2.7"):
        pytest.skip("this release takes a mask only as a tensor")
    text = (pytestconfig.rootpath / "README.md").read_text(encoding="utf-8")
    program = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    exec(program, {})
    printed = capsys.readouterr().out.splitlines()
    assert printed == re.findall(r"\)  # (.*)", program)


def test_an_explanation_is_what_the_command_prints(pytestconfig, capsys):
    text = (pytestconfig.rootpath / "README.md").read_text(encoding="utf-8")
    words, shown = re.search(r"rnn_oracle.explain (.*)\n```\n\n```\n((?s:.*?))```", text).groups()
    assert explain.main(words.split()) == 0
    assert capsys.readouterr().out == shown


def test_what_is_left_out_without_tensorflow_tells_how_to_install_it():
    assert "pip install" in LEFT_OUT


def test_the_reading_page_shows_a_real_case():
    with open(os.path.join(FIXTURES, "INTERPRETING.md"), encoding="utf-8") as file:
        (example,) = re.findall(r"```json\n(.*?)```", file.read(), re.DOTALL)
    with open(os.path.join(FIXTURES, "vectors", MANIFEST), encoding="ascii") as file:
        groups = json.load(file)["groups"]
    shown = json.loads(example)
    assert shown in [case for group in groups for case in group["cases"]]
