"""The upkeep process: periodic work done by one process for all: ticks, lost messages, coverage, pruning, re-checks."""
