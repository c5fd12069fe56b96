"""Workbooks that a person or an attacker might send, built in memory."""

import io
import zipfile
from collections.abc import Sequence

import xlsxwriter

_ODS = "urn:oasis:names:tc:opendocument:xmlns"
_MANIFEST = f"""<?xml version="1.0"?><m:manifest xmlns:m="{_ODS}:manifest:1.0">
<m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>"""
_CONTENT = f"""<?xml version="1.0" encoding="UTF-8"?>{{doctype}}<office:document-content
xmlns:office="{_ODS}:office:1.0" xmlns:table="{_ODS}:table:1.0" xmlns:text="{_ODS}:text:1.0"
office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Log">{{rows}}
</table:table></office:spreadsheet></office:body></office:document-content>"""


def xlsx(rows: Sequence[Sequence[str]], far: tuple[int, int] | None = None) -> bytes:
    """Return a workbook of text cells, with one cell far away."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Log")
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell)
        if far:
            sheet.write(*far, "x")
    return file.getvalue()


def ods(rows: Sequence[Sequence[str]], *, below: str = "", doctype: str = "") -> bytes:
    """Return an OpenDocument sheet of text cells, with more rows as XML below."""
    cells = "".join(
        f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", _CONTENT.format(doctype=doctype, rows=cells + below))
    return file.getvalue()


def _cell(text: str) -> str:
    return (
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )


def changed(book: bytes, name: str, old: str, new: str) -> bytes:
    """Return a workbook with a text of one of its parts put in place of another."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(file, "w") as after:
        for entry in before.namelist():
            content = before.read(entry)
            if entry == name:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode(), 1)
            after.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
