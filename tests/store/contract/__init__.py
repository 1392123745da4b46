"""Store contract as one class of tests: subclass `StoreContract` in a test module that has a `store` fixture.

See test_memory.py and test_sqlite.py.
"""

from tests.store.contract.accounts import AccountsContract
from tests.store.contract.changes import ChangesContract
from tests.store.contract.counts import CountsContract
from tests.store.contract.coverage import CoverageContract
from tests.store.contract.decks import DecksContract
from tests.store.contract.deletions import DeletionsContract
from tests.store.contract.detachments import DetachmentsContract
from tests.store.contract.entry_numbers import EntryNumbersContract
from tests.store.contract.first_numbers import FirstNumbersContract
from tests.store.contract.merging import MergingContract
from tests.store.contract.originals import OriginalsContract
from tests.store.contract.other_names import OtherNamesContract
from tests.store.contract.paging import PagingContract
from tests.store.contract.replacing import ReplacingContract
from tests.store.contract.retention import RetentionContract
from tests.store.contract.rewriting import RewritingContract
from tests.store.contract.top_values import TopsContract


class StoreContract(
    EntryNumbersContract,
    FirstNumbersContract,
    MergingContract,
    ReplacingContract,
    OriginalsContract,
    DeletionsContract,
    AccountsContract,
    DetachmentsContract,
    OtherNamesContract,
    PagingContract,
    ChangesContract,
    CountsContract,
    TopsContract,
    CoverageContract,
    RetentionContract,
    RewritingContract,
    DecksContract,
):
    """Everything that a store promises."""
