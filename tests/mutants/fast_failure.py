"""Pytest plugin for the mutants' runs: Hypothesis stops at the first failing example and does not shrink it."""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile("fast_failure", phases=(Phase.explicit, Phase.generate), database=None)
settings.load_profile("fast_failure")
