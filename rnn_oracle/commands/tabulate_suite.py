"""Writes the table of environments: what the conformance suite found in each, by family.

``python -m rnn_oracle.commands.tabulate_suite tf2.4=REPORT.xml ...`` adds what pytest's reports
say, each written with ``--junitxml`` in the environment of that name, to the table. Environments
of which no report is given stay as they were.
"""

from __future__ import annotations

import argparse
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict

from ..families import registry
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
table of pytest's reports.

{table}
"""


def found_in(report):
    """Return what a report says, as plain values.

    Parameters
    ----------
    report : str or file
        As pytest writes it with ``--junitxml``.

    Returns
    -------
    dict
        ``"passed"``, ``"skipped"``, ``"failed"``: how many tests; ``"seconds"``: how long all took
        together; ``"targets"``: of each target, as it calls itself, how many cases of each family
        came out how.

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
    for test in suite.iter("testcase"):
        ends[_end_of(test)] += 1
        about = {each.get("name"): each.get("value") for each in test.iter("property")}
        if VERDICT in about:
            targets[about[TARGET]][_family_of(about[CASE])][about[VERDICT]] += 1
    verdicts = {
        target: {name: dict(sorted(found[name].items())) for name in registry.IDS if found[name]}
        for target, found in sorted(targets.items())
    }
    return {
        **{end: ends[end] for end in _ENDS},
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


def page(table):
    """Return the text of the page of a table."""
    heads, rows = ["environment", "minutes", "tests", "target", *registry.IDS], []
    for name in in_order_of_releases(table):
        row = table[name]
        tests = ", ".join(
            f"{row[end]} {end}" for end in ("passed", "skipped", "failed") if row[end]
        )
        first = [name, f"{row['seconds'] / 60:.1f}", tests]
        for target, families in row["targets"].items():
            cells = [counts_in_words(families.get(family, {})) for family in registry.IDS]
            rows.append([*first, target, *cells])
            first = ["", "", ""]
    return _PAGE.format(table=markdown(heads, rows))


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
        write_output(options.page, page(table))
    return 0


if __name__ == "__main__":
    run("tabulate_suite")
