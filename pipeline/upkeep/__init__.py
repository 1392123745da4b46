"""The upkeep process: periodic work that one process does for all, such as ticks, lost batches and retention."""
