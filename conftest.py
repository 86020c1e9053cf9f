"""Loads the plugin."""

pytest_plugins = ["rnn_oracle.plugin"]
