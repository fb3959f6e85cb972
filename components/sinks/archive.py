"""The archive of a custom connector, checked before anything is created."""

import hashlib
from pathlib import Path

from components.config.sinks import CustomSink


def path_of(entry: CustomSink) -> Path:
    """Return where the archive is: a path in the settings begins in the project's folder, where a program runs."""
    return Path(entry.archive).expanduser().absolute()


def mistake_of(entry: CustomSink) -> str:
    """Return what is wrong with the archive, empty if it is the one that the settings name."""
    path = path_of(entry)
    try:
        with path.open("rb") as archive:
            found = hashlib.file_digest(archive, "sha256").hexdigest()
    except OSError as error:
        return f"archive is {entry.archive!r}, which cannot be read ({error.strerror}): download it, or write its path"
    if found != entry.sha256.lower():
        return (
            f"sha256 is {entry.sha256.lower()}, but {entry.archive} has {found}: download the archive again, or, if it"
            " is the one you want, write that digest"
        )
    return ""
