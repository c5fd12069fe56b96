"""Cut a multipart/form-data body (RFC 7578) into drafts of the store, as its bytes come."""

from __future__ import annotations

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from requests_app.imaging.store import Draft, StoredFile
from requests_app.refusals import DisclessError, TooLarge

MOST_FIELDS = 100
LONGEST_FIELD = 8 * 1024  # bytes
LONGEST_NAME = 255  # characters of a file name; it is shown, never used as a path


class BrokenUpload(DisclessError):
    """The body is no form with files, or ended before its last boundary."""

    code = "broken_upload"
    status = 400


class Parts:
    """Takes a body in pieces; files become drafts, the few fields are kept in memory."""

    def __init__(self, boundary: bytes, *, limit: int, most_files: int) -> None:
        self.limit, self.most_files = limit, most_files
        self.fields: dict[str, str] = {}
        self.size = self.count = 0
        self.is_whole = False
        self._drafts: list[tuple[str, Draft]] = []
        self._draft: Draft | None = None
        self._field: bytearray | None = None
        self._name = ""
        self._header, self._value = bytearray(), bytearray()
        self._disposition = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, a, b: self._header.extend(data[a:b]),
                "on_header_value": lambda data, a, b: self._value.extend(data[a:b]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._open,
                "on_part_data": self._take,
                "on_part_end": self._close,
                "on_end": self._end,
            },
        )

    def feed(self, data: bytes) -> None:
        """Take some more bytes; raises BrokenUpload and TooLarge."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise BrokenUpload("What was sent is no form with files. Send it again.") from error

    def keep(self) -> list[StoredFile]:
        """Move every file into the store; BrokenUpload, and nothing kept, if the body ended early."""
        if not self.is_whole:
            raise BrokenUpload("The upload ended before its end. Nothing was kept; send it again.")
        kept = [StoredFile(name=name, blob=draft.keep()) for name, draft in self._drafts]
        self._drafts.clear()
        return kept

    def drop(self) -> None:
        """Remove the drafts that were not kept."""
        for _, draft in self._drafts:
            draft.drop()
        if self._draft is not None:
            self._draft.drop()

    def _begin(self) -> None:
        self.count += 1
        if self.count > self.most_files + MOST_FIELDS:
            raise TooLarge(f"One upload may hold {self.most_files:,} files. Send it in parts.")
        self._disposition = b""

    def _header_end(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _open(self) -> None:
        """Start a file or a field, as the part's header says."""
        _, said = parse_options_header(self._disposition)
        self._name = said.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in said:
            self._field = bytearray()
            return
        name = said[b"filename"].decode("utf-8", "replace")[:LONGEST_NAME]
        # Browsers send an empty, nameless file for a field that nobody filled.
        self._draft = Draft() if name else None
        if self._draft is not None:
            self._name = name

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._draft is not None:
            self.size += end - start
            if self.size > self.limit:
                raise TooLarge(
                    f"The upload is larger than {self.limit // 1024**2} MiB. Send less at once."
                )
            self._draft.write(memoryview(data)[start:end])
        elif self._field is not None:
            self._field.extend(data[start:end])
            if len(self._field) > LONGEST_FIELD or len(self.fields) > MOST_FIELDS:
                raise BrokenUpload("The form holds more than its fields. Reload the page.")

    def _close(self) -> None:
        if self._draft is not None:
            self._draft.finish()
            self._drafts.append((self._name, self._draft))
            self._draft = None
            if len(self._drafts) > self.most_files:
                raise TooLarge(f"One upload may hold {self.most_files:,} files. Send it in parts.")
        elif self._field is not None:
            self.fields[self._name[:100]] = self._field.decode("utf-8", "replace")
            self._field = None

    def _end(self) -> None:
        self.is_whole = True
