#!/usr/bin/env python3
"""Restore Old Photo in GIMP 3: what GIMP starts. The plug-in itself is the package beside this file."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from restore_old_photo_gimp.plugin import main  # the path comes first

main(sys.argv)
