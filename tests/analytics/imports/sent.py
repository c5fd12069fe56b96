"""A log, and how it is sent in the browser."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

LOG = b"""Req #,Date Rcvd,Date Out,Method,Pt Name
1,1/13/25,1/20/25,CD,Sample Patient
2,1/14/25,1/9/25,portal,Sample Patient
3,1/15/25,,CD,Sample Patient
TOTAL FEB,,,,
"""


def send(client: Client, content: bytes, name: str = "cd_log.csv") -> str:
    """Choose a file on the page; return the address of its draft."""
    answer = client.post("/logs/new/", {"log": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return str(answer["Location"])
