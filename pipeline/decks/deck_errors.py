"""Errors of decks: a wrong document, an old revision, a missing deck, and a bound that is reached."""

from __future__ import annotations

from pipeline.errors import MurmurError


class DeckInvalid(MurmurError):
    """Raised when a document, marker or pin breaks the form; the sentence names field and fault."""

    code = "bad_request"


class DeckTooLarge(MurmurError):
    """Raised when a document has more bytes than a deck may have."""

    code = "too_large"


class DeckMissing(MurmurError):
    """Raised when there is no such deck, or the post that is to be pinned is not stored."""

    code = "not_found"


class DeckConflict(MurmurError):
    """Raised when somebody saved the deck since the revision that the caller knows; nothing was written."""

    code = "deck_conflict"


class DeckFull(MurmurError):
    """Raised when one more deck or pin would be beyond the bound."""

    code = "deck_full"
