"""What tools said when they failed, recorded, and the sentence that the user gets."""

from __future__ import annotations

import pytest

from installers.program.trouble import trouble

UV_NO_INDEX = """error: Request failed after 3 retries in 7.5s
  cause: Failed to fetch: https://index.invalid/whl/cpu/torch/
  cause: error sending request for url (https://index.invalid/whl/cpu/torch/)
  cause: client error (Connect)
  cause: dns error
  cause: failed to lookup address information: Name or service not known"""
UV_NO_PROXY = """error: Request failed after 3 retries in 10.6s
  cause: client error (Connect)
  cause: tunnel error: failed to create underlying connection
  cause: tcp connect error
  cause: Connection refused (os error 111)"""
UV_NO_VERSION = """error: No solution found when resolving dependencies
  cause: Because there is no version of msgpack==1.2.99 and you require msgpack==1.2.99, we can conclude that your \
requirements are unsatisfiable."""
PIP_NO_NETWORK = """WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(\
'<HTTPSConnection object>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')'
ERROR: Could not find a version that satisfies the requirement torch (from versions: none)
ERROR: No matching distribution found for torch"""
PIP_NONE = """ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: none)
ERROR: No matching distribution found for torch==2.13.0"""
PIP_FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
PIP_FULL_WINDOWS = "ERROR: Could not install packages due to an OSError: [WinError 112] There is not enough space"
PIP_DENIED = "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/opt/env/lib'"
PIP_CERTIFICATE = "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))"
WINDOWS_DLL = "OSError: [WinError 126] The specified module could not be found. Error loading torch\\lib\\c10.dll"


@pytest.mark.parametrize(
    ("said", "cause", "remedy"),
    [
        (UV_NO_INDEX, "cannot reach the package index", "HTTPS_PROXY"),
        (UV_NO_PROXY, "cannot reach the package index", "HTTPS_PROXY"),
        (PIP_NO_NETWORK, "cannot reach the package index", "HTTPS_PROXY"),
        (UV_NO_VERSION, "has no msgpack for this system", "Use Python 3.11"),
        (PIP_NONE, "has no torch for this system", "Use Python 3.11"),
        (PIP_FULL, "The disk became full", "--target"),
        (PIP_FULL_WINDOWS, "The disk became full", "--target"),
        (PIP_DENIED, "may not write", "yours to write"),
        (PIP_CERTIFICATE, "does not trust the certificate", "SSL_CERT_FILE"),
        (WINDOWS_DLL, "Visual C++ Redistributable is missing", "Install it from Microsoft"),
        ("Collecting torch\nKilled", "ran out of memory", "Close other programs"),
        ("something new", "A tool failed.", "/the/log says why"),
    ],
)
def test_one_sentence_and_a_remedy(said, cause, remedy):
    error = trouble("A tool", said, "/the/log")
    assert cause in error.cause
    assert remedy in error.remedy
