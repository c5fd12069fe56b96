"""The questions of a file are answered on its page, and what was said is kept for the next one."""

import json
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.models import SavedMapping, UploadedLog

pytestmark = pytest.mark.django_db
RUNNING = (
    b"case,activity,timestamp\na,received,2025-01-13 10:00\na,sent,2025-01-14 10:00\n"
    b"a,filed,2025-01-15 10:00\nb,received,2025-01-14 10:00\n"
)


def send(client: Client, content: bytes) -> str:
    answer = client.post("/logs/new/", {"log": SimpleUploadedFile("desk.csv", content)})
    return str(answer["Location"])


def answers_on(client: Client, address: str) -> list[dict[str, object]]:
    """Return what the buttons of the question say."""
    page = client.get(address).content.decode()
    said = re.findall(r'name="answer" value="([^"]*)"', page)
    return [json.loads(unescape(one)) for one in said]


def test_what_completes_a_case_is_chosen_on_the_page_and_kept(analyst: Client) -> None:
    address = send(analyst, RUNNING)
    page = analyst.get(address).content.decode()
    assert "Which activities complete a request?" in page
    assert re.findall(r'name="ends" value="(\w+)"', page) == ["sent", "filed", "received"]
    assert answers_on(analyst, address) == [{"completed": "last_event"}]
    form = {"ended": "yes", "ends": ["sent", "filed"]}
    page = analyst.post(address, form, follow=True).content.decode()
    assert "One question first" not in page
    columns = {f"field:{one}": "" for one in ("case", "activity", "timestamp")}
    columns |= {"field:case": "case_id", "field:activity": "activity"}
    analyst.post(address, columns | {"field:timestamp": "timestamp"})  # Read again
    assert "One question first" not in analyst.get(address).content.decode()
    analyst.post(address, {"confirm": "yes"})
    log = UploadedLog.objects.get()
    assert log.mapping["completed"] == {"activity": ["sent", "filed"]}
    assert SavedMapping.objects.get().mapping["completed"] == {"activity": ["sent", "filed"]}


def test_a_choice_of_no_activity_gets_a_sentence(analyst: Client) -> None:
    address = send(analyst, RUNNING)
    page = analyst.post(address, {"ended": "yes"}, follow=True).content.decode()
    assert "Choose at least one activity" in page
    assert "Which activities complete a request?" in page


@pytest.mark.parametrize(
    ("content", "question", "part"),
    [
        (
            b"Req #,Date Received,Date Sent,Exam\n1,1/13/25,1/14/25,CT\n1,1/13/25,1/14/25,MR\n",
            "a study of one request",
            "row",
        ),
        (
            b"Req #,Date Received,Date Sent\n1,1/13/25,NULL\n2,1/13/25,1/14/25\n",
            "Where a date would stand",
            "values",
        ),
        (
            b"Req #,Status,Date Received\n1,asked,1/13/25\n1,made,1/14/25\n",
            "a request, or a step of one?",
            "layout",
        ),
        (
            b"Req #,Date Received,Asked,Left\n1,1/13/25,1/14/25,1/15/25\n",
            "when a request was completed?",
            "columns",
        ),
    ],
)
def test_each_button_of_a_question_answers_it(
    analyst: Client, content: bytes, question: str, part: str
) -> None:
    said = answers_on(analyst, send(analyst, content))
    assert len(said) >= 2
    for one in said:
        assert part in one
        address = send(analyst, content)
        assert question in unescape(analyst.get(address).content.decode())
        analyst.post(address, {"answer": json.dumps(one)})
        assert question not in unescape(analyst.get(address).content.decode())


def test_an_answer_is_put_to_what_was_said_before(analyst: Client) -> None:
    content = b"Req #,Date Received,Date Sent,Exam\n1,3/4/25,NULL,CT\n1,3/4/25,3/5/25,MR\n"
    address = send(analyst, content)
    analyst.post(address, {"date_order": "MDY"})
    analyst.post(address, {"answer": '{"values": {"completed_at": {"NULL": "blank"}}}'})
    analyst.post(address, {"answer": '{"row": "study"}', "confirm": "yes"})
    mapping = UploadedLog.objects.get().mapping
    assert (mapping["row"], mapping["date_order"]) == ("study", "MDY")
    assert mapping["values"] == {"completed_at": {"NULL": "blank"}}


def test_words_of_a_direction_get_a_meaning_on_the_page(analyst: Client) -> None:
    content = (
        b"Req #,Date Received,Date Sent,In/Out,Opened OK?\n1,1/13/25,1/14/25,In,X\n"
        b"2,1/13/25,1/14/25,External,\n"
    )
    address = send(analyst, content)
    page = analyst.get(address).content.decode()
    assert "Words in “In/Out” that say nothing we know" in page
    assert "1 of the rows says neither in nor out" in page
    form = {"means:direction:External": "outbound", "means:usable:X": "immediate"}
    page = analyst.post(address, form, follow=True).content.decode()
    assert "neither in nor out" not in page
    assert re.search(r'name="means:direction:External".*?value="outbound" selected', page)
    analyst.post(address, form | {"means:usable:X": "", "confirm": "yes"})
    log = UploadedLog.objects.get()
    assert log.mapping["values"] == {"direction": {"External": "outbound"}}
    assert SavedMapping.objects.get().mapping["values"] == log.mapping["values"]
