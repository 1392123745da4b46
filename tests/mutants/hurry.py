"""A pytest plugin for the mutants' runs: the first failing example is enough, nobody wants it made smaller."""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile("hurry", phases=(Phase.explicit, Phase.generate), database=None)
settings.load_profile("hurry")
