"""XML in: whole and of limited size; what it says is read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from notify.api.problems import TooLarge
from notify.channels.feeds.cap.addresses import MEDIA_TYPE


class CapParser(BaseParser):
    """A CAP document as its bytes."""

    media_type = MEDIA_TYPE

    def parse(  # type: ignore[override]  # whoever asks for the data gets what the parser makes of it
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The bytes. Raises TooLarge."""
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        # One byte more than is allowed shows that there is more, whatever Content-Length says.
        body: bytes = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(limit)
        return body


class XmlParser(CapParser):
    """The same from whoever calls it XML (RFC 7303)."""

    media_type = "application/xml"


class TextXmlParser(CapParser):
    """The same from whoever calls it so as it was called before."""

    media_type = "text/xml"
