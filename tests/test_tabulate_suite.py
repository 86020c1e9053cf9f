"""The table of what the suite found in each environment, made of pytest's reports."""

import json

import pytest
from helpers import needs

from rnn_oracle.commands import tabulate_suite
from rnn_oracle.commands.tabulate_suite import found_in

pytestmark = needs("packaging")
CASES = [
    ("keras3 (keras 3.9)", "gru.one.last.nostate.batch_major.forwards.nomask", "agree", ""),
    ("keras3 (keras 3.9)", "options.lstm", "known divergence", ""),
    ("keras3 (keras 3.9)", "options.gru", "unsupported", "<skipped/>"),
    ("tf1 (tf_keras 2.9)", "options.gru", "DIVERGES", "<failure/>"),
]


def report(folder, cases=CASES, time="90.4"):
    """Write a report with a test of each case, and two more; return its path."""
    tests = "".join(
        f'<testcase><properties><property name="oracle.target" value="{target}"/>'
        f'<property name="oracle.case" value="{case}"/>'
        f'<property name="oracle.verdict" value="{verdict}"/></properties>{end}</testcase>'
        for target, case, verdict, end in cases
    )
    text = f'<testsuite time="{time}">{tests}<testcase/><testcase><error/></testcase></testsuite>'
    path = folder / "report.xml"
    path.write_text(f"<testsuites>{text}</testsuites>", encoding="utf-8")
    return str(path)


def test_what_a_report_says(tmp_path):
    assert found_in(report(tmp_path)) == {
        "passed": 3,
        "skipped": 1,
        "failed": 2,
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
        "| tf2.9 | 1.5 | 3 passed, 1 skipped, 2 failed | keras3 (keras 3.9) | 1 agree |  |  | "
        "1 known, 1 not there |  |  |  |  |  |  |  |"
    ]


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
