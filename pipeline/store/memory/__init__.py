"""The store in memory. `MemoryStore` is all there is to use."""

from pipeline.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
