"""`python -m rnn_oracle.cover`: the covering arrays, and the table of the pairs in them."""

from .commands.program import run

if __name__ == "__main__":
    run("cover")
