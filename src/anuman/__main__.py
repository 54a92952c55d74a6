"""`python -m anuman …`: the `anuman` command where the folder of scripts is not on PATH."""

import sys

from .cli import main

sys.exit(main())
