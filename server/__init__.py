"""The job server: restores photos for editors on this machine, with the networks kept loaded.

``docs/protocol.md`` says what travels. What a client needs is ``client`` and what it imports: ``protocol``,
``connection``, ``launcher``, ``finding``, ``mailbox``, ``stdio``, ``transport``, ``bridge_transport``, ``events``
(Python 3.9, pyzmq and msgpack; over the bridge msgpack alone). These import nothing else of this package, because both
plug-ins carry copies of them. On the server's side ``broker`` routes and never computes, and ``worker`` alone imports
``restoration``.
"""
