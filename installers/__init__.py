"""Puts the plug-ins into editors, and takes them out again; makes the archives that editors import by themselves."""
