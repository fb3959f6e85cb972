"""Errors of the services: one sentence for the user each, with the HTTP status and error code to answer."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, TypeVar

from localcloud.dataplane import interface as plane

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class ControlError(Exception):
    """A refused or failed request; ``str()`` is one sentence for the user.

    ``code`` is the error's name in the control plane's API, ``error_code`` the number in responses of Kafka REST,
    Connect and Schema Registry (the HTTP status unless given), ``pointer`` the JSON pointer of the field at fault.
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
    """The request is well formed, but cannot be processed (Schema Registry)."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "unprocessable_entity"


class UnauthenticatedError(ControlError):
    """No key, an unknown key, or a wrong secret."""

    status, code = HTTPStatus.UNAUTHORIZED, "unauthorized"


class ForbiddenError(ControlError):
    """A valid key without the right to do this."""

    status, code = HTTPStatus.FORBIDDEN, "forbidden_access"


class NotFoundError(ControlError):
    """The resource does not exist."""

    status, code = HTTPStatus.NOT_FOUND, "resource_not_found"


class ModelNotFoundError(NotFoundError):
    """There is no embedding model of that name; the code is OpenAI's."""

    code = "model_not_found"


class ConflictError(ControlError):
    """The resource exists already, or its state does not allow the request."""

    status, code = HTTPStatus.CONFLICT, "conflict"


class FailedError(ControlError):
    """The data plane failed to carry out a valid request."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "internal_server_error"


class NotHereError(ControlError):
    """Confluent Cloud supports the request, the local cloud does not."""

    status, code = HTTPStatus.NOT_IMPLEMENTED, "not_implemented"


class UnavailableError(ControlError):
    """The local cloud is starting or stopping: transient."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "service_unavailable"


class TooManyError(ControlError):
    """Too many requests are waiting: transient, a retry may succeed after ``Retry-After``."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests"


class StorageError(ControlError):
    """The state folder cannot be written."""

    status, code = HTTPStatus.INSUFFICIENT_STORAGE, "insufficient_storage"


def require_found(resource: T | None, otherwise: str) -> T:
    """Return the resource, or raise :class:`NotFoundError` with the sentence ``otherwise`` if it is ``None``."""
    if resource is None:
        raise NotFoundError(otherwise)
    return resource


@contextmanager
def translated() -> Iterator[None]:
    """Translate errors of the data plane into errors of the services, with the same sentence."""
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
