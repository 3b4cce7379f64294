"""The worker: one process a device, the only room of the server that imports ``restoration``.

It is started by the broker, takes one job at a time from it, and ends when the broker does. It may die without harm.
"""
