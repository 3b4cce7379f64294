"""A plug-in for tests alone: runs scenarios inside Krita and writes what they return.

A scenario is a generator function. It must never nest an event loop, for Krita then postpones its own signals; so each
of its ``yield`` gives the event loop back to Krita until what was yielded has come: a number of milliseconds, a Qt
signal's next emission, or a function that returns something true.
"""

from .driver import Driver

__all__ = ["Driver"]
