"""`python -m rnn_oracle.diff`: what changed from one recording to another, and why."""

from .commands.program import run

if __name__ == "__main__":
    run("diff")
