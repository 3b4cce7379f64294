"""What the plug-ins of all editors share: what can be chosen, how it is said, and how the server is asked.

Copied into each plug-in as ``remote/editors/``: Python 3.9, the standard library, and the client's own files.
"""
