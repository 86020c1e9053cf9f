"""`python -m rnn_oracle.explain`: what a layer does with a short sequence, step by step."""

from .commands.program import run

if __name__ == "__main__":
    run("explain")
