"""SPEC.md and the code cite each other rightly."""

import os
import re

import pytest

import rnn_oracle
from rnn_oracle.families.layers.matrix import core
from rnn_oracle.verdict.ledger import load

PACKAGE = os.path.dirname(rnn_oracle.__file__)


def read(name):
    with open(os.path.join(PACKAGE, name), encoding="utf-8") as file:
        return file.read()


DEFINED = re.findall(r"^- \*\*([A-Z]\d+)\*\* ", read("SPEC.md"), re.MULTILINE)
MODULES = [
    os.path.relpath(os.path.join(folder, name), PACKAGE)
    for folder, _, names in sorted(os.walk(PACKAGE))
    for name in sorted(names)
    if name.endswith(".py")
]


def test_every_rule_has_one_id():
    assert len(set(DEFINED)) == len(DEFINED) > 50


@pytest.mark.parametrize("name", MODULES)
def test_code_cites_rules_that_exist(name):
    cited = re.findall(
        r"\b([A-Z]\d{1,2})\b", " ".join(re.findall(r"\(?rules? [^.;)]*", read(name)))
    )
    assert set(cited) <= set(DEFINED)


def test_every_rule_is_cited_by_the_code():
    code = "".join(read(name) for name in MODULES)
    cited = set()
    for first, last in re.findall(r"\b([A-Z]\d+) to ([A-Z]?\d+)", code):
        numbers = range(int(first[1:]), int(last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) + 1)
        cited |= {f"{first[0]}{n}" for n in numbers}
    cited |= set(re.findall(r"\b[A-Z]\d+\b", code))
    assert set(DEFINED) <= cited


def test_cases_cite_rules_that_exist():
    assert {rule for case in core() for rule in case.rules} <= set(DEFINED)


def test_the_ledger_cites_rules_that_exist():
    assert {entry.rule for entry in load()} <= set(DEFINED)
