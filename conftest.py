"""Loads the plugins."""

pytest_plugins = ["rnn_oracle.plugin", "rnn_oracle.suite", "pytester"]
