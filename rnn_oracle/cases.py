"""`python -m rnn_oracle.cases`: list the cases, by rule, family, options or id."""

import sys

from .commands.cases import main

if __name__ == "__main__":
    sys.exit(main())
