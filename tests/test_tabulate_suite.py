"""The table of what the suite found in each environment, made of pytest's reports."""

import json
import os

import pytest
from helpers import FIXTURES, needs

from rnn_oracle.commands import tabulate_suite
from rnn_oracle.commands.kept_table import read_table
from rnn_oracle.commands.tabulate_suite import environments, found_in, page

pytestmark = needs("packaging")
CASES = [
    ("keras3 (keras 3.9)", "gru.one.last.nostate.batch_major.forwards.nomask", "agree", ""),
    ("keras3 (keras 3.9)", "options.lstm", "known divergence", ""),
    ("keras3 (keras 3.9)", "options.gru", "unsupported", "<skipped/>"),
    ("tf1 (tf_keras 2.9)", "options.gru", "DIVERGES", "<failure/>"),
]

ROW = dict(passed=1, skipped=0, failed=0, failures=[], day="", seconds=0, targets={})


def report(folder, cases=CASES, time="90.4"):
    """Write a report with a test of each case, and two more; return its path."""
    tests = "".join(
        f'<testcase classname="tests.test_core" name="{case}"><properties>'
        f'<property name="oracle.target" value="{target}"/>'
        f'<property name="oracle.case" value="{case}"/>'
        f'<property name="oracle.verdict" value="{verdict}"/></properties>{end}</testcase>'
        for target, case, verdict, end in cases
    )
    more = '<testcase/><testcase classname="tests.test_x" name="test[a]"><error/></testcase>'
    about = f'time="{time}" timestamp="2026-11-29T12:42:22.211004+00:00"'
    text = f"<testsuite {about}>{tests}{more}</testsuite>"
    path = folder / "report.xml"
    path.write_text(f"<testsuites>{text}</testsuites>", encoding="utf-8")
    return str(path)


def test_what_a_report_says(tmp_path):
    assert found_in(report(tmp_path)) == {
        "passed": 3,
        "skipped": 1,
        "failed": 2,
        "failures": ["tests.test_core.options.gru", "tests.test_x.test[a]"],
        "day": "2026-11-29",
        "seconds": 90,
        "targets": {
            "keras3 (keras 3.9)": {
                "layers": {"agree": 1},
                "options": {"known divergence": 1, "unsupported": 1},
            },
            "tf1 (tf_keras 2.9)": {"options": {"DIVERGES": 1}},
        },
    }


def test_an_environment_is_added_and_the_others_stay(tmp_path):
    out, to = tmp_path / "suite.json", tmp_path / "suite.md"
    for name in ("tf2.10", "tf2.9"):
        arguments = [f"{name}={report(tmp_path)}", "--out", str(out), "--page", str(to)]
        assert tabulate_suite.main(arguments) == 0
    assert list(json.loads(out.read_text())) == ["tf2.9", "tf2.10"]
    rows = [line for line in to.read_text().splitlines() if line.startswith("| tf2.9 ")]
    assert rows == [
        "| tf2.9 | 2026-11-29 | 1.5 | 3 passed, 1 skipped, 2 failed | keras3 (keras 3.9) | 1 agree "
        "|  |  | 1 known, 1 not there |  |  |  |  |  |  |  |"
    ]
    assert "- Failed in tf2.9: `tests.test_x.test[a]`\n" in to.read_text()


def test_the_page_names_what_was_not_run():
    table = dict.fromkeys(environments(), ROW)
    assert page(table, environments()).endswith("All have been run.\n")
    del table["tf2.4"], table["keras3.6"]
    assert page(table, environments()).endswith("Not run yet: tf2.4, keras3.6.\n")


def test_the_committed_page_is_that_of_the_table(pytestconfig):
    table = read_table(os.path.join(FIXTURES, tabulate_suite.NAME))
    text = (pytestconfig.rootpath / "docs/suite.md").read_text(encoding="utf-8")
    assert text == page(table, environments())


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "no report of pytest: no element found"),
        ("<testsuites/>", "no report of pytest: it has no testsuite"),
    ],
    ids=["empty", "no-suite"],
)
def test_what_is_no_report_is_told(text, message, tmp_path, capsys):
    path = report(tmp_path)
    (tmp_path / "report.xml").write_text(text)
    out = tmp_path / "suite.json"
    assert tabulate_suite.main([f"tf2.9={path}", "--out", str(out)]) == 2
    assert f"{path}: {message}" in capsys.readouterr().err and not out.exists()


def test_an_argument_without_a_report_is_misuse(capsys):
    with pytest.raises(SystemExit):
        tabulate_suite.main(["tf2.9"])
    assert "expected ENVIRONMENT=REPORT, not 'tf2.9'" in capsys.readouterr().err
