"""`python -m rnn_oracle.history`: what changed from release to release, and why."""

import sys

from .commands.history import main

if __name__ == "__main__":
    sys.exit(main())
