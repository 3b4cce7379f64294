"""Keys and locks of the server's sockets: CURVE for whoever comes by TCP, one client key, nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import zmq
from zmq.auth.thread import ThreadAuthenticator

from server.protocol import MAX_FRAME_BYTES

#: With a domain set, libzmq refuses everybody while the authenticator does not answer; without one it would let all in.
_ZAP_DOMAIN = b"restore-old-photo"
_WORKER_DOMAIN = b"restore-old-photo-worker"
_HANDSHAKE_MS = 5_000
#: A peer that answers no ping for so long is gone, and its connection closed.
_PING_MS, _PING_TIMEOUT_MS = 2_000, 6_000


class Security:
    """The server's keys, the only keys that it lets in, and sockets made with them.

    Args:
        context: where the authenticator lives; there can be one in each.
        server_keys, client_keys: (public, secret) in Z85; None makes new ones.
        inner_tcp: whether workers come by TCP, and so need keys, too; files are quicker, where they can be had.
    """

    def __init__(
        self,
        context: zmq.Context[Any],
        server_keys: tuple[bytes, bytes] | None = None,
        client_keys: tuple[bytes, bytes] | None = None,
        *,
        inner_tcp: bool,
    ) -> None:
        self.server_public, self._server_secret = server_keys or zmq.curve_keypair()
        self.client_public, self.client_secret = client_keys or zmq.curve_keypair()
        self._inner_tcp = inner_tcp
        self._worker_public, worker_secret = zmq.curve_keypair()
        #: What a worker needs to connect; empty where a file's permissions guard its sockets.
        self.worker_keys: dict[str, str] = {}
        if inner_tcp:
            self.worker_keys = {
                "server_public": self.server_public.decode(),
                "public": self._worker_public.decode(),
                "secret": worker_secret.decode(),
            }
        self._authenticator = ThreadAuthenticator(context)
        self._authenticator.start()
        for domain in (_ZAP_DOMAIN, _WORKER_DOMAIN):
            self._authenticator.configure_curve_callback(domain.decode(), self)

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether a public key, in Z85, may come in; asked by the authenticator."""
        return key == (self._worker_public if domain == _WORKER_DOMAIN.decode() else self.client_public)

    def client_socket(self, context: zmq.Context[Any]) -> zmq.Socket[bytes]:
        """The ROUTER for clients, not bound yet."""
        router = context.socket(zmq.ROUTER)
        self._lock(router, _ZAP_DOMAIN)
        router.router_mandatory = True
        router.maxmsgsize = MAX_FRAME_BYTES
        router.handshake_ivl = _HANDSHAKE_MS
        router.heartbeat_ivl, router.heartbeat_timeout = _PING_MS, _PING_TIMEOUT_MS
        router.linger = 500
        return router

    def inner_socket(self, context: zmq.Context[Any], kind: int) -> zmq.Socket[bytes]:
        """A socket for a worker, not bound yet."""
        socket = context.socket(kind)
        socket.linger = 0
        if self._inner_tcp:
            self._lock(socket, _WORKER_DOMAIN)
        return socket

    def bind_inner(self, socket: zmq.Socket[bytes], path: Path) -> str:
        """Bind a worker's socket to a file in a folder of the user's own, or to TCP where there are no such files."""
        if self._inner_tcp:
            socket.bind("tcp://127.0.0.1:*")
        else:
            socket.bind(f"ipc://{path}")
        return str(socket.getsockopt_string(zmq.LAST_ENDPOINT))

    def close(self) -> None:
        """End the authenticator."""
        self._authenticator.stop()

    def _lock(self, socket: zmq.Socket[bytes], domain: bytes) -> None:
        socket.curve_server = True
        socket.curve_publickey, socket.curve_secretkey = self.server_public, self._server_secret
        socket.zap_domain = domain
