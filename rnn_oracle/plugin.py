"""The pytest plugin for everyone's tests; see `rnn_oracle.testing.plugin`."""

from .testing.plugin import oracle_check, pytest_addoption

__all__ = ["oracle_check", "pytest_addoption"]
