"""``python -m restoration.cli``."""

from restoration.cli import main

main()
