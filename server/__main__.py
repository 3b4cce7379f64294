"""``python -I -m server``: what clients start when no server runs. The command line has the same as ``serve``."""

from __future__ import annotations

import os
import sys

from server.protocol import ProtocolError
from server.serve import ServeOptions, serve

#: Seconds without a job after which models are released, where no option says it.
IDLE_VARIABLE = "RESTORE_OLD_PHOTO_IDLE"


def main() -> int:
    """Serve on this machine; a server that runs already is as good."""
    idle = os.environ.get(IDLE_VARIABLE, "")
    options = ServeOptions(idle_s=float(idle)) if idle.replace(".", "", 1).isdigit() else ServeOptions()
    try:
        serve(options)
    except ProtocolError as error:
        # Read by whoever started us; see launcher.
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
