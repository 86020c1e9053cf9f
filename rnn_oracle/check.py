"""`python -m rnn_oracle.check`: judge the installed TensorFlow by the rules."""

from .commands.program import run

if __name__ == "__main__":
    run("check")
