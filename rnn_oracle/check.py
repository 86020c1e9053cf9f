"""`python -m rnn_oracle.check`: judge the installed TensorFlow by the rules."""

import sys

from .commands.check import main

if __name__ == "__main__":
    sys.exit(main())
