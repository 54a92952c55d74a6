"""`python -m anuman`: the `anuman` command where no script of it is installed."""

import sys

from .cli import main

sys.exit(main())
