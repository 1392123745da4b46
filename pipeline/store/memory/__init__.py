"""Memory store: the whole contract by brute force, for tests and for data that lives no longer than its process."""

from pipeline.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
