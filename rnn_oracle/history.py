"""`python -m rnn_oracle.history`: what changed from release to release, and why."""

from .commands.program import run

if __name__ == "__main__":
    run("history")
