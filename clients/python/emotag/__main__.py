"""`python -m emotag` is `emotag`."""

import sys

from emotag.cli.main import main

sys.exit(main())
