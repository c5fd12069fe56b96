"""A file that is no log is called what it is, and no log is taken for one of these."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from analytics.external_logs.read import read_file
from analytics.external_logs.refusals import UnusableLog
from tests.analytics.external_logs.books import ods, xlsx

HOUSE = Path(__file__).parents[3]
HEAD = "Req #,Date Rcvd,Date Out,Method\n"


def zipped(*names: str, kind: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if kind:
            archive.writestr("mimetype", kind)
        for name in names:
            archive.writestr(name, "<x/>")
    return file.getvalue()


OPEN = b"application/vnd.oasis.opendocument.text"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500
PIXELS = b"\x00\x01\x02\xfe" * 300


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj, x, y\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n" + PIXELS, r"a picture \(PNG\)"),
        (b"\xff\xd8\xff\xe0" + PIXELS, r"a picture \(JPEG\)"),
        (b"GIF89a" + PIXELS, r"a picture \(GIF\)"),
        (b"II*\x00" + PIXELS, r"a picture \(TIFF\)"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 " + PIXELS, r"a picture \(WebP\)"),
        (b"\x00\x00\x00\x18ftypheic" + PIXELS, "a picture or a film"),
        (b"\x00" * 128 + b"DICM" + PIXELS, "a DICOM file"),
        (b"{\\rtf1\\ansi Requests, 2025}", "an RTF document"),
        (b"SQLite format 3\x00" + PIXELS, r"a database \(SQLite\)"),
        (b"PAR1\x15\x04" + PIXELS, "a Parquet file"),
        (b"7z\xbc\xaf\x27\x1c" + PIXELS, "a 7z archive"),
        (b"log.csv" + b"\x00" * 250 + b"ustar  " + PIXELS, "a TAR archive"),
        (OLE + "WordDocument".encode("utf-16-le"), "a Word document"),
        (OLE + "__substg1.0_0037001F".encode("utf-16-le"), "a mail of Outlook"),
        (zipped("[Content_Types].xml", "word/document.xml"), "a Word document"),
        (zipped("[Content_Types].xml", "ppt/slides/slide1.xml"), "a PowerPoint presentation"),
        (zipped("content.xml", kind=OPEN), "a document of OpenDocument, not a sheet"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_of_another_kind_is_called_what_it_is(pack: type, content: bytes, kind: str) -> None:
    with pytest.raises(UnusableLog, match=rf"^This is {kind}; Discless reads CSV, XLSX, XLS, ODS"):
        read_file(pack(content))


@pytest.mark.parametrize(
    ("preamble", "syntax"),
    [
        (b"II*\x00" + b"\x00" * 124, ExplicitVRLittleEndian),
        (b"MM\x00*" + b"\x00" * 124, ExplicitVRLittleEndian),
        (b"\x00" * 128, ImplicitVRLittleEndian),
        (None, ExplicitVRLittleEndian),
        (None, ImplicitVRLittleEndian),
        (None, ExplicitVRBigEndian),
    ],
)
def test_an_image_of_dicom_is_called_so_with_any_preamble_and_without(
    preamble: bytes | None, syntax: UID
) -> None:
    image = Dataset()
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, "1.2.3"
    image.PatientID = "887766"
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = syntax
    whole, bare = io.BytesIO(), io.BytesIO()
    image.preamble = preamble
    dcmwrite(whole, image, enforce_file_format=preamble is not None)
    encoding = {
        "implicit_vr": syntax is ImplicitVRLittleEndian,
        "little_endian": syntax is not ExplicitVRBigEndian,
    }
    dcmwrite(bare, Dataset(dict(image.items())), **encoding)
    assert (b"DICM" in whole.getvalue()) == (preamble is not None)
    for file in (whole, bare):
        with pytest.raises(UnusableLog, match=r"^This is a DICOM file; Discless reads CSV"):
            read_file(file.getvalue())


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE", "docs/glossary.md"])
def test_a_text_of_sentences_is_no_table(name: str) -> None:
    with pytest.raises(UnusableLog, match=r"^This is a text of sentences and no table; Discless"):
        read_file((HOUSE / name).read_bytes())


@pytest.mark.parametrize(
    "text",
    [
        "GIF,WEBP,Date Rcvd,Date Out\n1,2,1/13/25,1/14/25\n",
        "ftyp,DICM\nPAR1,BZh\n",
        HEAD + '1,1/13/25,1/14/25,"We sent it by mail. It came back; we sent it again."\n' * 4,
        "Kept by the desk of the film library.\nPlease write each request once.\nAsk us first!\n"
        + "Do not delete any rows of this list.\n" * 20
        + HEAD
        + "1,1/13/25,1/14/25,CD\n",
        "What was asked for;When it came in to us\nThe scan of the knee of May.;it came.\n" * 3,
    ],
)
def test_a_table_is_read_whatever_its_words(text: str) -> None:
    assert read_file(text.encode()).rows_read >= 1


def test_workbooks_are_workbooks() -> None:
    rows = [("Req #", "Date Rcvd"), ("1", "1/13/25")]
    assert read_file(xlsx(rows)).rows_read == read_file(ods(rows)).rows_read == 1
