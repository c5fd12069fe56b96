"""What an import refuses, in sentences."""

from requests_app.refusals import DisclessError


class UnusableLog(DisclessError):
    """A file that cannot be imported as it is; the sentence says what would help."""

    code = "unusable_log"
    status = 422


class BadMapping(DisclessError):
    """A mapping that does not fit its file or its form."""

    code = "bad_mapping"
    status = 422
