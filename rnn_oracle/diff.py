"""`python -m rnn_oracle.diff`: what changed from one recording to another, and why."""

import sys

from .commands.diff import main

if __name__ == "__main__":
    sys.exit(main())
