"""Uploads come whole or not at all."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParserError


class WholeFileUploadHandler(TemporaryFileUploadHandler):
    """Writes uploads to disk and refuses a request that ends within a file.

    Django drops such a file silently: the form would then be saved as if none had been sent with it.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self._begun = True
        super().new_file(*args, **kwargs)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        self._begun = False
        return super().file_complete(file_size)

    def upload_complete(self) -> None:
        if getattr(self, "_begun", False):
            raise MultiPartParserError("The upload was cut off within a file.")
