"""Contents too large for a document."""

from __future__ import annotations

from typing import Any

import gridfs

from shared.errors import Duplicate, NotFound
from shared.store.connection import translated


class Files:
    """Contents too large for a document, in GridFS."""

    def __init__(self, database: Any) -> None:
        self._bucket = gridfs.GridFSBucket(database)

    def put(self, id_: str, data: bytes, *, filename: str, media_type: str, owner: str) -> None:
        """Keep `data` under `id_`; `Duplicate` where that id is taken."""
        metadata = {"media_type": media_type, "owner": owner}
        with translated():
            try:
                self._bucket.upload_from_stream_with_id(id_, filename, data, metadata=metadata)
            except gridfs.errors.FileExists as error:
                raise Duplicate() from error

    def get(self, id_: str) -> tuple[bytes, dict[str, Any]]:
        """The content and {filename, media_type, owner}; `NotFound`."""
        with translated():
            try:
                stream = self._bucket.open_download_stream(id_)
            except gridfs.errors.NoFile:
                raise NotFound() from None
            return stream.read(), {"filename": stream.filename, **(stream.metadata or {})}
