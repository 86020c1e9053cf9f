"""Targets that are none, and how `check` finds them."""

from rnn_oracle.commands import check, check_report
from rnn_oracle.families.expected import expected
from rnn_oracle.families.outcome import Outcome
from rnn_oracle.targets.target import Target
from rnn_oracle.verdict.judge import judge
from rnn_oracle.verdict.ledger import MEASURED


class Small(Target):
    """A target that can do nothing."""

    module, release, recording = "tensorflow.keras", "2.21.0", "tf2.21"
    backend = "tensorflow"

    def __init__(self, name="keras3", version=None):
        self.name = self.dialect = name
        self.version = version or MEASURED[name]

    def __repr__(self):
        return f"{self.name} {self.version}"

    def run(self, case, sizes):
        return Outcome(unsupported="has no GRU")


class Right(Small):
    """A target that keeps all rules."""

    def run(self, case, sizes):
        return expected(case, self.dialect, sizes)


def let_check_find(monkeypatch, *targets, entries=lambda family: []):
    """Let the command find these targets, and judge in this process by these entries."""
    found = {target.name: target for target in targets}

    def judge_all(planned):
        return [
            judge(found[name], case, entries(case.family))
            for (name, _), cases in planned.cases.items()
            for case in cases
        ]

    monkeypatch.setattr(check, "installed", lambda: found)
    monkeypatch.setattr(check, "judge_all", judge_all)
    monkeypatch.setattr(check_report, "ledger_of", entries)
