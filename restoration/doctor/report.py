"""The text for a bug report: the findings, and the last errors, with nothing private in them."""

from __future__ import annotations

from collections.abc import Iterable

from restoration.doctor.finding import Finding
from restoration.doctor.log_ends import LoggedError
from restoration.doctor.privacy import log_without_private, without_private

_MOST_LINES = 40
_HEAD = (
    "Restore Old Photo: what the doctor found.\n"
    "Names of users, machines, folders and photos, addresses and keys were taken out; have a look before you send it.\n"
)


def report(findings: Iterable[Finding], errors: Iterable[LoggedError], secrets: tuple[str, ...] = ()) -> str:
    """The text.

    Args:
        findings: the lines of the page.
        errors: of the logs.
        secrets: words that must not be in it, such as keys.
    """
    lines = [_HEAD]
    for one in findings:
        said = without_private(one.for_others(), secrets)
        lines.append(f"{one.state:8} {one.topic}: {said}")
    for error in errors:
        lines += ["", f"--- {error.path.name}, {error.when}"]
        lines += [log_without_private(line, secrets) for line in error.lines[-_MOST_LINES:]]
    return "\n".join(lines) + "\n"
