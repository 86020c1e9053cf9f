"""Writes the table of environments: what the conformance suite found in each, by family.

``python -m rnn_oracle.commands.tabulate_suite tf2.4=REPORT.xml ...`` adds what pytest's reports
say, each written with ``--junitxml`` in the environment of that name, to the table. Environments
of which no report is given stay as they were.
"""

from __future__ import annotations

import argparse
import configparser
import os
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict

from ..families import registry
from ..families.fixtures import checkout
from ..records.store import in_order_of_releases
from ..testing.suite import CASE, TARGET, VERDICT
from .judge_releases import counts_in_words
from .kept_table import add_out, add_page, markdown, read_table, text_of
from .output import write_output
from .program import misuse, run

NAME = "suite.json"
_ENDS = ("passed", "skipped", "failed")
_PAGE = """# The suite in every environment

What `pytest -n auto -m target` found in each environment of `tox run -m upgrade`, by family of
cases: how many agree with the rules, how many are known divergences, as the ledger says, and how
many ask for what the release does not have. The other tests of the suite, which judge no case of a
family, are counted with them under tests. `python -m rnn_oracle.commands.tabulate_suite` makes the
page of pytest's reports.

{table}

{rest}
"""
_LABEL = "upgrade"
"""That of the environments in tox.ini."""


def found_in(report):
    """Return what a report says, as plain values.

    Parameters
    ----------
    report : str or file
        As pytest writes it with ``--junitxml``.

    Returns
    -------
    dict
        ``"passed"``, ``"skipped"``, ``"failed"``: how many tests; ``"failures"``: which failed;
        ``"day"``: when; ``"seconds"``: how long all took together; ``"targets"``: of each target,
        as it calls itself, how many cases of each family came out how.

    Raises
    ------
    ValueError
        If it is no report of tests.
    """
    try:
        suite = ElementTree.parse(report).getroot().find("testsuite")
    except ElementTree.ParseError as error:
        raise ValueError(f"{report}: no report of pytest: {error}") from None
    if suite is None:
        raise ValueError(f"{report}: no report of pytest: it has no testsuite")
    ends, targets = Counter(), defaultdict(lambda: defaultdict(Counter))
    failures = []
    for test in suite.iter("testcase"):
        ends[_end_of(test)] += 1
        if _end_of(test) == "failed":
            failures.append(f"{test.get('classname')}.{test.get('name')}")
        about = {each.get("name"): each.get("value") for each in test.iter("property")}
        if VERDICT in about:
            targets[about[TARGET]][_family_of(about[CASE])][about[VERDICT]] += 1
    verdicts = {
        target: {name: dict(sorted(found[name].items())) for name in registry.IDS if found[name]}
        for target, found in sorted(targets.items())
    }
    return {
        **{end: ends[end] for end in _ENDS},
        "failures": sorted(failures),
        "day": suite.get("timestamp", "")[:10],
        "seconds": round(float(suite.get("time"))),
        "targets": verdicts,
    }


def _family_of(case):
    """Return the family of the id of a case: its first word, but of layers, which have none."""
    first = case.partition(".")[0]
    return first if first in registry.IDS else "layers"


def _end_of(test):
    kinds = {each.tag for each in test}
    if kinds & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in kinds else "passed"


def environments():
    """Return the names of the environments that the table is to have, as tox.ini lists them."""
    tox = configparser.ConfigParser()
    with open(os.path.join(checkout() or os.curdir, "tox.ini"), encoding="utf-8") as file:
        tox.read_file(file)
    labels = dict(line.split(" = ") for line in tox["tox"]["labels"].strip().splitlines())
    return labels[_LABEL].split(", ")


def page(table, wanted):
    """Return the text of the page of a table, of which these environments are wanted."""
    heads = ["environment", "day", "minutes", "tests", "target", *registry.IDS]
    rows, rest = [], []
    for name in in_order_of_releases(table):
        row = table[name]
        tests = ", ".join(f"{row[end]} {end}" for end in _ENDS if row[end])
        first = [name, row["day"], f"{row['seconds'] / 60:.1f}", tests]
        for target, families in row["targets"].items():
            cells = [counts_in_words(families.get(family, {})) for family in registry.IDS]
            rows.append([*first, target, *cells])
            first = [""] * len(first)
        rest += [f"- Failed in {name}: `{failed}`" for failed in row["failures"]]
    missing = [name for name in wanted if name not in table]
    rest += [""] * bool(rest)
    rest.append(f"Not run yet: {', '.join(missing)}." if missing else "All have been run.")
    return _PAGE.format(table=markdown(heads, rows), rest="\n".join(rest))


def main(arguments=None, prog=None):
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(prog, description=__doc__.partition("\n")[0])
    parser.add_argument("reports", nargs="*", metavar="ENVIRONMENT=REPORT")
    add_out(parser, NAME)
    add_page(parser)
    options = parser.parse_args(arguments)
    table = read_table(options.out)
    for argument in options.reports:
        name, _, report = argument.partition("=")
        if not report:
            parser.error(f"expected ENVIRONMENT=REPORT, not {argument!r}")
        try:
            table[name] = found_in(report)
        except ValueError as error:
            return misuse(parser.prog, error)
    write_output(options.out, text_of(table))
    if options.page:
        write_output(options.page, page(table, environments()))
    return 0


if __name__ == "__main__":
    run("tabulate_suite")
