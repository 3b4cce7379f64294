"""Installs this program for one user, and removes it without a trace: ``install.sh`` and ``install.ps1`` run it.

It runs before anything is installed, so it needs Python 3.10 and its standard library alone.

``facts``      looks at the machine
``decisions``  makes a plan out of what was seen; pure, so that other machines can be tried with facts written down
``install``    carries it out, step by step; whatever stops it, a second run succeeds
``uninstall``  takes everything away again

The new environment is built beside the one in use. The marker, a file that is replaced at once, says which one is in
use; so there is always a whole one, or none.
"""
