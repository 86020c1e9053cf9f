# PYTHON_ARGCOMPLETE_OK
"""`python -m rnn_oracle`, and the script `rnn-oracle`: all commands by one name."""

from .commands.one_command import start

if __name__ == "__main__":
    start()
