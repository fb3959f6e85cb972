"""A clone that one test file leaves to the next one on the same worker.

A clone, a local cloud and a JVM that has not yet compiled anything make the first `up` of a file several times as dear
as the next one. So a file's clone is handed on, if all its tests have passed: with the files as they were committed, no
fault, no stack and an empty cloud. What does not become like new is removed, and the next file gets a new clone.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.support.apis import cloud_api
from toolchain.frontdoor.hall.layout import Layout
from workshop.clone import git

if TYPE_CHECKING:
    from workshop.clone import Clone


def becomes_like_new(clone: Clone) -> bool:
    """Take away all that tests have made and changed; whether nothing of it is left."""
    git(clone.path, "reset", "--quiet", "--hard")
    git(clone.path, "clean", "--quiet", "--force", "-d")
    clone.env.clear()
    if not clone.status()["running"] or not _is_emptied(clone):
        return False
    layout = Layout.of(str(clone.path))
    shutil.rmtree(layout.backend)
    layout.selected_stack.unlink(missing_ok=True)
    return True


def _is_emptied(clone: Clone) -> bool:
    """End all faults and destroy the stack; whether the cloud then has nothing but itself."""
    with cloud_api(clone) as api:
        api.put("/local/v1/faults", json={"faults": []}).raise_for_status()
    if clone.resources() and clone.run("destroy", "--yes", "--skip-preview").returncode != 0:
        return False
    status = clone.status()
    return not (status["resources"] or status["topics"] or status["jobs"])
