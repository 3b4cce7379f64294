"""What pip, uv and venv say when they fail, made one sentence with a remedy. Pure."""

from __future__ import annotations

import re

from installers.errors import InstallError

_NETWORK = (
    r"temporary failure in name resolution|name or service not known|nodename nor servname|getaddrinfo failed"
    r"|network is unreachable|no route to host|connection refused|connection reset|connection aborted|connect timeout"
    r"|read timed out|failed to establish a new connection|error sending request|tcp connect error|dns error"
    r"|failed to lookup address|client error \(connect\)|remotedisconnected|cannot connect to proxy|proxyerror"
    r"|max retries exceeded|connection broken|failed to fetch|winerror 10013|winerror 10060|winerror 10061"
)
_NONE_FOUND = (
    r"no matching distribution found for ([\w.-]+)|no version of ([\w.-]+)"
    r"|because ([\w.-]+)\S* (?:was not found|has no wheels)"
)


def trouble(tool: str, said: str, log: str) -> InstallError:
    """The error for a tool that has failed.

    Args:
        tool: its name, for the user.
        said: all that it wrote.
        log: where the user can read it.
    """
    low = said.lower()
    if re.search(r"no space left on device|errno 28|os error 28|winerror 112|disk quota exceeded|os error 122", low):
        return InstallError(
            "The disk became full while installing.",
            "Make room, or name a folder on another disk with --target; then run this again.",
        )
    if re.search(r"certificate_verify_failed|self[- ]signed certificate|invalid peer certificate|sslerror", low):
        return InstallError(
            f"{tool} does not trust the certificate of the package index.",
            "If your network has a certificate of its own, name its file in SSL_CERT_FILE; then run this again.",
        )
    if re.search(_NETWORK, low):
        return InstallError(
            f"{tool} cannot reach the package index: there is no network, or a proxy in between.",
            "See that the network works (and HTTPS_PROXY, if you need one); then run this again.",
        )
    if found := re.search(_NONE_FOUND, low):
        package = next(filter(None, found.groups()))
        return InstallError(
            f"The package index has no {package} for this system and this Python, or does not answer.",
            "Use Python 3.11, 3.12 or 3.13 (PYTHON=/its/full/path before the command); then run this again.",
        )
    if re.search(r"permission denied|permissionerror|access is denied|winerror 5\b|os error 13", low):
        return InstallError(
            f"{tool} may not write where it has to.", "See that the folder is yours to write; then run this again."
        )
    if re.search(r"vcruntime|winerror 126|winerror 1114|dll load failed", low):
        return InstallError(
            "Windows cannot load torch: the Visual C++ Redistributable is missing.",
            "Install it from Microsoft (for x64), then run this again.",
        )
    if re.search(r"\bkilled\b|memoryerror|cannot allocate memory|out of memory", low):
        return InstallError(f"{tool} ran out of memory.", "Close other programs, then run this again.")
    return InstallError(f"{tool} failed.", f"{log} says why; mend that, then run this again.")
