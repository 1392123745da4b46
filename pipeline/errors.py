"""Error classes shared by all packages (rooms): each has a stable `code`, and callers catch these instead of a
dependency's own.

    MurmurError
    ├── SettingsError        a setting is wrong; the process ends with status 2
    ├── QueryError           a search cannot be understood; has code and position
    ├── RecordError          one raw record cannot be read; it goes to the dead letters
    ├── StoreError           the store refused
    │   ├── StoreUnavailable     the store cannot be reached or is overloaded now; retry
    │   ├── RowRefused           the store can never hold one of the rows it was given
    │   ├── QueryTimeout         a search was stopped at its time limit
    │   └── StoreMismatch        the store holds data of another schema or analyser version
    ├── SourceUnavailable    a network cannot be reached or broke off; reopen
    ├── BrokerUnavailable    Redis cannot be reached now; retry
    ├── LeaseLost            another process holds the lease of this source or sink
    ├── BatchDone            another worker has finished this batch
    └── AttemptUnfinished    an attempt at a batch used up its time; the next one resumes

Modules that use a dependency (SQLite, Redis, a network's client) turn its errors into these. An error of one room only
is defined there, most often as a subclass: `BrokerRefused` (an error that Redis answered) is in
`pipeline/broker/redis_errors.py`.
"""

from __future__ import annotations


class MurmurError(Exception):
    """Base of every error this project raises on purpose."""

    code = "internal"


class SettingsError(MurmurError):
    """Raised when a setting has a wrong value; `problems` names each by key and value."""

    code = "bad_setting"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class QueryError(MurmurError):
    """Raised when a search cannot be parsed.

    `code` is a stable word for programs, `message` a sentence for people, `position` the 0-based code point in the
    search where the problem starts, `hint` what to write instead ("" if there is no suggestion).
    """

    def __init__(self, code: str, message: str, position: int, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.position = position
        self.hint = hint


class RecordError(MurmurError):
    """Raised when one raw record cannot be read; the message is the reason kept with the dead letter."""

    code = "unreadable_record"


class StoreError(MurmurError):
    """Raised when the store refuses; base of the store's errors."""

    code = "store"


class StoreUnavailable(StoreError):
    """Raised when the store cannot be reached or is overloaded now."""

    code = "store_unavailable"


class RowRefused(StoreError):
    """Raised when the store can never hold one of the rows it was given; the store itself works."""

    code = "row_refused"


class QueryTimeout(StoreError):
    """Raised when a search exceeded its time limit in the store and was stopped."""

    code = "query_timeout"


class StoreMismatch(StoreError):
    """Raised when a store was written by another analyser or schema version and must be migrated first."""

    code = "store_mismatch"


class SourceUnavailable(MurmurError):
    """Raised by a source that cannot reach its network, was refused or cut off; the reader reopens the source."""

    code = "source_unavailable"


class BrokerUnavailable(MurmurError):
    """Raised when Redis cannot be reached now."""

    code = "broker_unavailable"


class LeaseLost(MurmurError):
    """Raised in a reader or sink whose lease another process took; nothing was enqueued or noted."""

    code = "lease_lost"


class BatchDone(MurmurError):
    """Raised when an attempt begins at a batch that is no longer open: another worker has finished it."""

    code = "batch_done"


class AttemptUnfinished(MurmurError):
    """Raised when an attempt has used up its time: its results are kept, and the next attempt resumes there."""

    code = "unfinished"
