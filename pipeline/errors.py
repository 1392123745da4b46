"""The error tree: everything Murmuration raises on purpose.

    MurmurError
    ├── SettingsError        a setting is wrong; the process ends with status 2
    ├── QueryError           a search cannot be understood; has code and position
    ├── RecordError          one raw record cannot be read; it goes to the dead letters
    ├── StoreError           the store said no
    │   ├── StoreUnavailable     it cannot be reached or is overloaded now; trying again is right
    │   ├── RowRefused           it can never hold one of the rows it was given
    │   ├── QueryTimeout         a search was stopped after its time limit
    │   └── StoreMismatch        it holds data of another store or analyser version
    ├── SourceUnavailable    a network cannot be reached or broke off; opening it anew is right
    ├── BrokerUnavailable    Redis cannot be reached now; trying again is right
    └── LeaseLost            another reader holds the lease of this source

Nothing of a dependency leaks through: callers catch these, never sqlite3's, redis's or a client's own errors.
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
    search where the trouble starts, `hint` what to write instead ("" where there is nothing to offer).
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
    """Raised when the store can never hold one of the rows it was given, while all is well with the store itself."""

    code = "row_refused"


class QueryTimeout(StoreError):
    """Raised when a search took the store longer than its limit and was stopped."""

    code = "query_timeout"


class StoreMismatch(StoreError):
    """Raised when a store was written by another analyser or schema version and must be migrated first."""

    code = "store_mismatch"


class SourceUnavailable(MurmurError):
    """Raised by a source that cannot reach its network, was refused or cut off; the reader opens it anew."""

    code = "source_unavailable"


class BrokerUnavailable(MurmurError):
    """Raised when Redis cannot be reached now."""

    code = "broker_unavailable"


class LeaseLost(MurmurError):
    """Raised in a reader whose lease was taken by another one; it stops without handing anything over."""

    code = "lease_lost"


class BatchDone(MurmurError):
    """Raised when an attempt is begun at a batch that is no longer open: somebody has done it."""

    code = "batch_done"
