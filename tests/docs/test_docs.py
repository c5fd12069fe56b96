"""The documents say what is there: links, settings, commands and words."""

import re
from collections.abc import Iterator
from enum import EnumType
from pathlib import Path

import pytest
from django.core.management import get_commands

from analytics.external_logs.importing import read_log
from analytics.external_logs.mapping import GIVEN_MEANINGS, OURS
from requests_app import vocabulary
from requests_app.sla.policy import Band

BASE = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*BASE.glob("*.md"), *(BASE / "docs").rglob("*.md")], key=lambda page: page.as_posix()
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SETTING = re.compile(r'environment\.(?:text|flag|number|words|folder)\(\s*"([A-Z_]+)"')
NOT_FOR_HOSPITALS = {"TEST_DB_SUFFIX"}
PROSE = re.compile(r"`[^`]*`|```.*?```", re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page make."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", title).strip().lower() for title in titles)
    return {title.replace(" ", "-") for title in kept}


def broken(page: Path) -> Iterator[str]:
    """Yield the relative links of a page that lead nowhere."""
    for target in LINK.findall(PROSE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        is_page = there.exists() and there.suffix == ".md"
        is_lost = anchor and is_page and anchor not in anchors(there)
        if not there.exists() or is_lost:
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(BASE).as_posix())
def test_every_relative_link_resolves(page: Path) -> None:
    assert list(broken(page)) == []


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (BASE / "docs" / "README.md").read_text()
    linked = {(BASE / "docs" / target).resolve() for target in LINK.findall(index)}
    pages = set((BASE / "docs").rglob("*.md")) - {BASE / "docs" / "README.md"}
    assert sorted(page.name for page in pages - linked) == []


def settings_read() -> set[str]:
    """Return the settings that a hospital may set."""
    sources = [BASE / "project" / "settings.py", *(BASE / "project" / "embedded").glob("*.py")]
    found = {name for source in sources for name in SETTING.findall(source.read_text())}
    return found - NOT_FOR_HOSPITALS


@pytest.mark.parametrize("page", [".env.example", "docs/how-to/run-it-for-real.md"])
def test_every_setting_is_listed(page: str) -> None:
    said = (BASE / page).read_text()
    names = settings_read()
    assert len(names) > 15
    assert sorted(name for name in names if not re.search(rf"\b{name}(_FILE)?\b", said)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(BASE).as_posix())
def test_every_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text()
    ours = set(get_commands())
    named = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert named - ours == set()
    targets = set(re.findall(r"^([a-z-]+):", (BASE / "Makefile").read_text(), re.MULTILINE))
    # Only where a command line is meant: in code.
    code = "\n".join(PROSE.findall(text))
    asked = re.findall(r"(?:^|[`\n;|])\s*make ([a-z-]+)", code)
    assert set(asked) - targets == set()


def test_every_page_named_in_a_command_says_so_exists() -> None:
    """Commands point at documents; those must be there."""
    sources = [*BASE.glob("*/management/commands/*.py"), *(BASE / "deploy").iterdir()]
    for source in sources:
        for path in re.findall(r"docs/[\w/-]+\.md", source.read_text()):
            assert (BASE / path).exists(), f"{source.name} names {path}"


def entries() -> list[str]:
    """Return the terms of the glossary in their order."""
    text = (BASE / "docs" / "glossary.md").read_text()
    return [term.lower() for term in re.findall(r"^\*\*(.+?)\*\*: ", text, re.MULTILINE)]


def test_the_glossary_is_alphabetical_and_names_nothing_twice() -> None:
    assert entries() == sorted(set(entries()))


def test_every_word_of_the_vocabulary_is_in_the_glossary() -> None:
    words = [one for one in vars(vocabulary).values() if isinstance(one, EnumType)]
    values = {word.value.replace("_", " ") for kind in [*words, Band] for word in kind}
    assert sorted(values - set(entries())) == []


def test_each_part_of_an_import_and_each_meaning_is_in_the_guide() -> None:
    guide = (BASE / "docs" / "how-to" / "bring-your-own-log.md").read_text()
    asking = b"Date Received,Date Sent\n1/13/25,NULL\n1/13/25,1/20/25\n"
    answer = read_log(asking, name="log").answer("log")
    (question,) = answer["questions"]
    parts = {*answer, *answer["mapping"], *question, "row"} - {"question", "labels"}
    words = {word for ours in OURS.values() for word in ours} | GIVEN_MEANINGS
    said = set(re.findall(r"\w+", guide))
    assert sorted((parts | words) - said) == []
