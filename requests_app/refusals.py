"""Refusals: sentences that say what was wrong and what to do next."""


class DisclessError(Exception):
    """Base of all refusals; `sentence` is shown to the user as it stands."""

    code = "refused"
    status = 400

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotAllowed(DisclessError):
    """The person's role does not allow this."""

    code = "not_allowed"
    status = 403


class TransitionRefused(DisclessError):
    """The request cannot go from its state to the one asked for."""

    code = "transition_refused"
    status = 409


class TransitionConflict(TransitionRefused):
    """Somebody else moved the request first."""

    code = "moved_meanwhile"


class Incomplete(DisclessError):
    """Something is missing before the step can be taken."""

    code = "incomplete"
    status = 422


class KeyUsed(DisclessError):
    """The key of a submission came before, with other words."""

    code = "key_used_before"
    status = 409


class UnreadableFile(DisclessError):
    """A file could not be read as what it claims to be."""

    code = "unreadable_file"
    status = 422


class TooLarge(DisclessError):
    """More was sent than is accepted."""

    code = "too_large"
    status = 413


class LinkUnknown(DisclessError):
    """A link that does not open: unknown, expired and revoked look the same."""

    code = "link_unknown"
    status = 404
