"""`python -m rnn_oracle.cases`: list the cases, by rule, family, options or id."""

from .commands.program import run

if __name__ == "__main__":
    run("cases")
