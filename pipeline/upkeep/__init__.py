"""The upkeep process: what must be done once for all processes, at its time."""
