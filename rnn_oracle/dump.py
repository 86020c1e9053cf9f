"""`python -m rnn_oracle.dump`: write fixtures, or compare with them."""

import sys

from .commands.dump import main

if __name__ == "__main__":
    sys.exit(main())
