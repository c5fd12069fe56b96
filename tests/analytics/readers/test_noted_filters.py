"""An entry of the access log holds what was chosen, and says where it could not hold all."""

from analytics.readers.query import NOTED, Query, read


def test_filters_are_noted_as_the_address_has_them() -> None:
    assert read("?facility=northfield&slice=modality%3DCT").noted == (
        "facility=northfield&slice=modality%3DCT"
    )
    assert Query().noted == ""


def test_filters_that_are_too_long_say_that_they_were_cut() -> None:
    names = [f"house-{number:03}" for number in range(60)]
    found = Query(facilities=tuple(names)).noted
    assert len(found) == NOTED
    assert found.startswith("facility=house-000&")
    assert found.endswith("…")
