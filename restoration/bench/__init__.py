"""How long restoring takes and how much memory, against a plain implementation of the published order.

Three contestants do the same cases, each in processes of its own:

* ``plain``: the order of the published programs, a process a stage, files between them, float32, attention with its
  whole N×N matrix; the same weights.
* ``steps``: the very same steps by this library's networks, in one process. Its pictures must be those of ``plain``.
* ``restore``: what users get, ``restoration.pipeline.restore``, which does more: it looks for small and tilted faces,
  keeps features of faces from being repaired, repairs past the mask's edge, and works at a bounded size.
"""
