"""The pytest plugin of the conformance suite; see `rnn_oracle.testing.suite`."""

from .testing.suite import (
    imported_targets,
    judged,
    pytest_configure,
    pytest_generate_tests,
    pytest_report_teststatus,
    pytest_terminal_summary,
    record_worst,
)

__all__ = [
    "imported_targets",
    "judged",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_report_teststatus",
    "pytest_terminal_summary",
    "record_worst",
]
