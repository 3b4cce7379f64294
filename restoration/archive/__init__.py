"""Whole folders of photos: found, restored by several workers, recorded, shown.

``walk`` finds photos, ``plan`` says what becomes of each, a crew of workers (``crew``, ``process_worker``,
``thread_worker``, ``ray_worker``) does them one by one with ``one_photo``, ``record`` keeps what was done, ``index``
makes pages of it. ``run`` is the whole of it. The command line is one caller; it brings the server as an engine, of
which nothing is known here.
"""
