"""The foot of long lists."""

from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory


def test_the_foot_of_a_long_list_sets_thousands_apart() -> None:
    page = Paginator(range(48_778), 50).page(500)
    words = render_to_string("frame/pager.html", {"page": page}, RequestFactory().get("/"))
    assert "24,951–25,000 of 48,778" in words
    assert "page=501" in words
