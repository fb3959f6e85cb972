"""Uploads of archives, to the addresses that ``/connect/v1/presigned-upload-url`` gives."""

from collections.abc import AsyncIterator
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from localcloud.api.access.callers import TheCloud
from localcloud.api.http.middleware import UPLOADS
from localcloud.control.connect.custom_plugins import Upload
from localcloud.control.core.errors import InvalidError

router = APIRouter(prefix=UPLOADS.rstrip("/"))
_CHUNK = 1 << 20


def the_upload(upload_id: str, request: Request, cloud: TheCloud) -> Upload:
    """Return the upload that the address opens: its signature is the key, and is asked for before the body is read."""
    return cloud.custom_plugins.upload(upload_id, request.query_params.get("signature", ""))


TheUpload = Annotated[Upload, Depends(the_upload)]


@router.post("/{upload_id}")  # noqa: FAST003 - the dependency takes it
async def upload_form(request: Request, upload: TheUpload) -> Response:
    """Take the field `file` of a form, as Amazon S3 does; the official provider sends one to every cloud."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise InvalidError("Send the archive as the field file of a multipart/form-data body.")
    async with request.form(max_files=1) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidError("The form has no file: send the archive as its field file.")

        async def chunks() -> AsyncIterator[bytes]:
            while chunk := await file.read(_CHUNK):
                yield chunk

        await _write(chunks(), upload)
    return Response(status_code=204)


@router.put("/{upload_id}")  # noqa: FAST003 - as above
async def upload_body(request: Request, upload: TheUpload) -> Response:
    """Take the body as it is, as the storage of Azure and Google Cloud does; or a form, as above."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await upload_form(request, upload)
    await _write(request.stream(), upload)
    return Response(status_code=201)


async def _write(chunks: AsyncIterator[bytes], upload: Upload) -> None:
    with await run_sync(upload.path.open, "wb") as target:
        async for chunk in chunks:
            await run_sync(target.write, chunk)
