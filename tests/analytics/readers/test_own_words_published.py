"""What leaves the house holds no word of a source's own: neither a cell of a log nor a partner."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.metrics.definition import Group, Result
from analytics.metrics.own_words import OURS, OwnWords, is_ours
from analytics.metrics.selection import Selection
from analytics.metrics.slices import GROUPINGS
from analytics.metrics.suppression.counted import counted
from analytics.metrics.suppression.footprint import footprints
from analytics.models import PublishedPack
from tests.analytics.readers.leaking import MARK, SENT_TO, load_leaking
from tests.analytics.reports.test_reproduce import reproduced


@pytest.fixture
def log(db: None, tmp_path: Path) -> None:
    load_leaking(tmp_path)


def published(*words: str) -> str:
    out = io.StringIO()
    call_command("metrics", "--source=leak", "--publish", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.mark.parametrize(
    "by", [None, "partner", "channel", "facility", "requester_type", "modality"]
)
def test_no_cell_of_a_log_is_published(log: None, by: str | None) -> None:
    cut = [f"--by={by}"] if by else []
    keys = ("--key=requests_received", "--key=failures_by_code", "--key=deliveries_by_channel")
    words = published(*keys, *cut)
    answer = published(*keys, *cut, "--json", "--docket=leak-2025")
    assert MARK not in (words + answer).lower()
    pack = PublishedPack.objects.get()
    assert MARK not in (json.dumps(pack.content) + pack.selection).lower()
    assert "only the house can tell which" in words


def test_a_word_has_one_code_in_every_publication_and_the_figures_are_found_again(
    log: None, tmp_path: Path
) -> None:
    key = ("--key=requests_received", "--json")
    whole = json.loads(published(*key, "--by=partner"))
    groups: dict[str, Any] = {one["group"]: one["n"] for one in whole["metrics"][0]["by"]}
    assert sorted(groups.values()) == [100, 200]
    assert [*groups] == sorted(groups)
    assert all(re.fullmatch(r"partner [0-9a-f]{12}", name) for name in groups)
    path = tmp_path / "pack.json"
    for cut in (["--by=partner"], [f"--slice=partner={SENT_TO}"], ["--facility=North Zqxdoe"]):
        answer = published(*key, *cut)
        assert MARK not in answer.lower()
        path.write_text(answer)
        status, found = reproduced(path)
        assert (status, found["verdict"], found["differing"]) == (0, "equal", [])
    assert json.loads(published(*key, f"--slice=partner={SENT_TO}"))["filters"]["slice"] == [
        f"partner={next(name for name, n in groups.items() if n == 100)}"
    ]


def test_groups_are_recognised_from_publication_to_publication(log: None) -> None:
    words = ("--key=requests_received", "--by=partner", "--json", "--docket=leak-2025")
    first, second = (json.loads(published(*words)) for _ in range(2))
    assert first["metrics"] == second["metrics"]
    assert second["compared"]["publication"] == 2


@pytest.mark.parametrize("was", [None, "0" * 12])
def test_a_docket_with_words_or_codes_of_another_key_is_refused(log: None, was: str | None) -> None:
    words = ("--key=requests_received", "--by=partner", "--docket=leak-2025")
    published(*words)
    pack = PublishedPack.objects.get()
    pack.content["codes"] = was
    pack.save(update_fields=["content"])
    with pytest.raises(CommandError, match="cannot be compared") as refused:
        published(*words)
    assert refused.value.returncode == 2


def test_a_docket_whose_words_are_all_ours_needs_no_key(log: None) -> None:
    words = ("--key=requests_received", "--by=year", "--docket=leak-2025", "--json")
    published(*words)
    PublishedPack.objects.update(content=PublishedPack.objects.get().content | {"codes": None})
    assert json.loads(published(*words))["compared"]["publication"] == 2


def test_live_work_keeps_its_facilities_and_hides_its_partners() -> None:
    live = OwnWords(source="live", key=b"k", is_live=True)
    assert live.called("facility", "northfield") == "northfield"
    assert live.called("partner", "Mercy").startswith("partner ")
    assert live.called("modality", "CT") == "CT"
    assert live.called("modality", "CT of Dee").startswith("modality ")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([*GROUPINGS, "reason", "held_for", ""]), st.text(max_size=30), st.booleans())
def test_only_words_of_ours_stand_and_others_are_read_back(
    name: str, word: str, is_live: bool
) -> None:
    own = OwnWords(source="log", key=b"k", is_live=is_live)
    called = own.called(name, word)
    assert (called == word) is is_ours(name, word, is_live=is_live)
    chosen = Selection(slices=((name, (word,)),))
    assert own.read_back(own.of_selection(chosen), {name: [word]}) == chosen
    assert OwnWords(source="log", key=b"other", is_live=is_live).mark != own.mark


def test_every_word_of_our_vocabulary_stands() -> None:
    own = OwnWords(source="log", key=b"k", is_live=False)
    assert all(own.called(name, word) == word for name, words in OURS.items() for word in words)


def test_a_word_of_ours_stands_however_a_log_spells_it() -> None:
    assert is_ours("requester_type", "Patient", is_live=False)
    assert is_ours("legal_basis", "Patient access", is_live=False)
    assert is_ours("modality", "ct/MR", is_live=False)
    assert not is_ours("modality", "MR Smith", is_live=False)
    assert not is_ours("reason", "au01 told Eva", is_live=False)


def test_what_a_code_counts_is_looked_up_by_its_word() -> None:
    """Counts of codes that no request has would be parts of everything, and prove nothing."""
    result = Result(
        key="failures_by_code",
        label="",
        unit="failures",
        value=30.0,
        numerator=30.0,
        n=30,
        by=(Group(group="see Eva", value=30.0, n=30),),
    )
    own = OwnWords(source="log", key=b"k", is_live=False)
    [_, group] = footprints([counted(result, None, own)])
    assert "'see Eva'" in group.rows[0][1].predicate
    assert "Eva" not in repr(group.cell)
