"""One answer in four forms; `format` or the header Accept chooses."""

from __future__ import annotations

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from pyarrow import parquet
from rest_framework.renderers import BaseRenderer, JSONRenderer

from analytics.api.answers import Answer
from audit.spreadsheet import guarded


class AnswerJSON(JSONRenderer):
    """The body of an answer."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return JSON."""
        body = data.body if isinstance(data, Answer) else data
        return super().render(body, accepted_media_type, renderer_context)


class _Table(BaseRenderer, ABC):
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bytes:
        """Return the bytes of the table."""
        return self.written(data.with_facts())

    @abstractmethod
    def written(self, table: pa.Table) -> bytes:
        """Return a table in this form."""


class AnswerCSV(_Table):
    """Comma-separated text; no cell can be taken for a formula."""

    media_type = "text/csv"
    format = "csv"

    def written(self, table: pa.Table) -> bytes:
        """Return the table as CSV with a line of names."""
        text = io.StringIO()
        sheet = csv.writer(text, lineterminator="\r\n")
        sheet.writerow(table.schema.names)
        for batch in table.to_batches(max_chunksize=10_000):
            columns = [column.to_pylist() for column in batch.columns]
            sheet.writerows([guarded(cell) for cell in row] for row in zip(*columns, strict=True))
        return text.getvalue().encode()


class AnswerArrow(_Table):
    """An Arrow stream; the facts are in the schema's metadata."""

    media_type = "application/vnd.apache.arrow.stream"
    format = "arrow"

    def written(self, table: pa.Table) -> bytes:
        """Return the table as an Arrow IPC stream."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        content: bytes = sink.getvalue().to_pybytes()
        return content


class AnswerParquet(_Table):
    """A Parquet file; the facts are in the schema's metadata."""

    media_type = "application/vnd.apache.parquet"
    format = "parquet"

    def written(self, table: pa.Table) -> bytes:
        """Return the table as Parquet."""
        sink = pa.BufferOutputStream()
        parquet.write_table(table, sink)
        content: bytes = sink.getvalue().to_pybytes()
        return content


RENDERERS = (AnswerJSON, AnswerCSV, AnswerArrow, AnswerParquet)
