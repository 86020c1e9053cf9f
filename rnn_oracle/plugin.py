"""The pytest plugin for everyone's tests, by a name of this package; see `pytest_rnn_oracle`."""

pytest_plugins = ["pytest_rnn_oracle"]
