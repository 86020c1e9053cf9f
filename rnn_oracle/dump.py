"""`python -m rnn_oracle.dump`: write fixtures, or compare with them."""

from .commands.program import run

if __name__ == "__main__":
    run("dump")
