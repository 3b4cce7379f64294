"""The job server: restores photos for editors on this machine, with the networks kept loaded.

``docs/protocol.md`` says what travels. ``protocol``, ``connection``, ``launcher``, ``stdio``, ``transport``,
``bridge_transport`` and ``client`` are what a client needs (Python 3.9, pyzmq and msgpack; over the bridge msgpack
alone). They import nothing else of this package, because both plug-ins carry copies of them. ``broker`` routes and
never computes; ``worker`` alone imports ``restoration``.
"""
