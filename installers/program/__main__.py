"""``python -m installers.program``, with the options of ``install.sh``."""

import sys

from installers.program.main import main

sys.exit(main())
