"""Which words a source is known to have."""

from analytics.external_logs.importing import read_log
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.readers.heard import no_word, unheard

HEAD = "Req #,Date Rcvd,Date Out,Method\n"


def test_a_way_that_was_not_the_last_one_of_its_request_is_known() -> None:
    rows = "".join(f"{i},1/13/25,1/20/25,Pigeon + CD\n" for i in range(14))
    given = {"values": {"channel": {"Pigeon": "Pigeon"}}}
    reading = read_log((HEAD + rows + "99,1/13/25,,\n").encode(), name="log", given=given)
    assert reading.log is not None, reading.questions
    mirror = fold(reading.log)
    of = compute(mirror, Selection(), ["deliveries_by_channel"])["deliveries_by_channel"]
    for group in of.by:
        chosen = (("channel", (group.group,)),)
        assert no_word(mirror, Selection(), chosen) is None
        assert list(unheard(mirror, Selection(), chosen)) == []
    strange = (("channel", ("Balloon",)),)
    assert list(unheard(mirror, Selection(), strange)) == [("channel", "Balloon")]
