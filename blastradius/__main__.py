"""Run the command line with ``python -m blastradius``."""

import sys

from blastradius.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
