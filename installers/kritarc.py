"""Single keys of Krita's settings file, changed so that every other byte stays.

``kritarc`` is nearly an INI file: it has keys before its first group, and values that ``configparser`` would change.
So it is read as lines. Of a key that stands there more than once, Krita takes the last.
"""

from __future__ import annotations


def get_key(content: bytes, group: str | None, key: str) -> str | None:
    """The value as it stands there; None if there is none.

    Args:
        content: of the file.
        group: None for the keys before all groups.
        key: its name.
    """
    lines = content.splitlines(keepends=True)
    found = _lines_of_key(lines, group, key)
    return lines[found[-1]].partition(b"=")[2].strip().decode("utf-8", "replace") if found else None


def set_key(content: bytes, group: str, key: str, value: str) -> bytes:
    """The content with one key set. The group is added at the end where there is none."""
    lines = content.splitlines(keepends=True)
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    line = f"{key}={value}".encode() + end
    found = _lines_of_key(lines, group, key)
    if found:
        lines[found[-1]] = line
        return b"".join(lines)
    if lines and not lines[-1].endswith(b"\n"):
        lines[-1] += end
    starts = [index for index, of in enumerate(_groups(lines)) if of == group and _is_header(lines[index])]
    if starts:
        lines.insert(starts[-1] + 1, line)
    else:
        lines += [*([end] if lines else []), f"[{group}]".encode() + end, line]
    return b"".join(lines)


def remove_key(content: bytes, group: str, key: str) -> bytes:
    """The content without a key, and without its group if nothing else is in it."""
    lines = content.splitlines(keepends=True)
    for index in reversed(_lines_of_key(lines, group, key)):
        del lines[index]
    rest = [line for line, of in zip(lines, _groups(lines), strict=True) if of == group and not _is_header(line)]
    content = b"".join(lines)
    return content if any(line.strip() for line in rest) else remove_group(content, group)


def remove_group(content: bytes, group: str) -> bytes:
    """The content without a group: its header, its keys, and the blank line that parted it from its neighbour."""
    lines = content.splitlines(keepends=True)
    groups = _groups(lines)
    kept = [line for line, of in zip(lines, groups, strict=True) if of != group]
    # A blank line belongs to the group above it; that of the last group stood before it.
    if len(kept) < len(lines) and groups[-1] == group and kept and not kept[-1].strip():
        del kept[-1]
    return b"".join(kept)


def _is_header(line: bytes) -> bool:
    return line.lstrip().startswith(b"[")


def _groups(lines: list[bytes]) -> list[str | None]:
    """The group of each line; None before the first."""
    groups: list[str | None] = []
    group: str | None = None
    for line in lines:
        if _is_header(line):
            # Nested groups are [one][two]; those are other groups.
            group = line.strip()[1:].removesuffix(b"]").decode("utf-8", "replace")
        groups.append(group)
    return groups


def _lines_of_key(lines: list[bytes], group: str | None, key: str) -> list[int]:
    return [
        index
        for index, (line, of) in enumerate(zip(lines, _groups(lines), strict=True))
        if of == group and not _is_header(line) and b"=" in line and line.partition(b"=")[0].strip() == key.encode()
    ]
