"""`python -m rnn_oracle.cover`: the covering arrays, and the table of the pairs in them."""

import sys

from .commands.cover import main

if __name__ == "__main__":
    sys.exit(main())
