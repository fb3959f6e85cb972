"""What a service may answer instead of doing what it was asked: one sentence, and how HTTP says it."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, TypeVar

from localcloud.dataplane import interface as plane

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class ControlError(Exception):
    """A request that was not carried out; ``str()`` is one sentence for the user.

    ``code`` is the control plane's word for it, ``error_code`` the number in Kafka REST, Connect and Schema Registry
    replies (the HTTP status unless given), ``pointer`` the JSON pointer of the field at fault.
    """

    status: ClassVar[HTTPStatus]
    code: ClassVar[str]

    def __init__(self, detail: str, *, pointer: str = "", error_code: int | None = None) -> None:
        super().__init__(detail)
        self.pointer = pointer
        self.error_code = error_code or int(self.status)


class InvalidError(ControlError):
    """The request itself is wrong."""

    status, code = HTTPStatus.BAD_REQUEST, "bad_request"


class UnprocessableError(ControlError):
    """The request is well formed and means something impossible (Schema Registry)."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "unprocessable_entity"


class UnauthenticatedError(ControlError):
    """No key, an unknown key, or a wrong secret."""

    status, code = HTTPStatus.UNAUTHORIZED, "unauthorized"


class ForbiddenError(ControlError):
    """A good key that does not open this door."""

    status, code = HTTPStatus.FORBIDDEN, "forbidden_access"


class NotFoundError(ControlError):
    """There is no such thing."""

    status, code = HTTPStatus.NOT_FOUND, "resource_not_found"


class ConflictError(ControlError):
    """There is such a thing already, or its state does not allow this."""

    status, code = HTTPStatus.CONFLICT, "conflict"


class FailedError(ControlError):
    """The data plane could not do it."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "internal_server_error"


class NotHereError(ControlError):
    """Confluent Cloud can do it, the local cloud cannot."""

    status, code = HTTPStatus.NOT_IMPLEMENTED, "not_implemented"


class UnavailableError(ControlError):
    """Not now: the local cloud is starting or stopping."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "service_unavailable"


class TooManyError(ControlError):
    """Others are served first: the same request may succeed in a moment."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests"


class StorageError(ControlError):
    """The state folder cannot be written."""

    status, code = HTTPStatus.INSUFFICIENT_STORAGE, "insufficient_storage"


def found(resource: T | None, otherwise: str) -> T:
    """Return what was looked up, else raise :class:`NotFoundError`."""
    if resource is None:
        raise NotFoundError(otherwise)
    return resource


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the data plane raises into what the API answers."""
    try:
        yield
    except plane.NotFoundError as error:
        raise NotFoundError(str(error)) from error
    except plane.ConflictError as error:
        raise ConflictError(str(error)) from error
    except plane.InvalidError as error:
        raise InvalidError(str(error)) from error
    except plane.DataPlaneError as error:
        raise FailedError(str(error)) from error
