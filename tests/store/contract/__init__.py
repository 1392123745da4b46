from tests.store.contract.whole import StoreContract

__all__ = ["StoreContract"]
