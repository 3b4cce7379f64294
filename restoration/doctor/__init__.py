"""What can be said of this machine and this installation: small checks that return plain data, and start nothing.

What needs the server or an editor is looked at by ``restoration.cli``, which alone may know them.
"""

from restoration.doctor.finding import Finding, State

__all__ = ["Finding", "State"]
