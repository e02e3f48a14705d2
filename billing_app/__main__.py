"""`python -m billing_app`: the command line."""

import sys

from billing_app.cli import main

if __name__ == "__main__":
    sys.exit(main())
