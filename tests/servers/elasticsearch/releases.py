"""Pinned releases of Elasticsearch that the tests run on: an old one with a percolator, and a new one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Release:
    """One release, the range of Java versions that it runs on, and the modules that are installed with it."""

    version: str
    java: tuple[int, int]
    modules: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def percolates(self) -> bool:
        """True if the release has a percolator; that of later releases is in no registry of Java artifacts."""
        return "percolator" in self.modules


V7 = Release(
    "7.17.29",
    java=(17, 17),
    modules={
        "percolator": "org.elasticsearch.percolator.PercolatorPlugin",
        "parent-join": "org.elasticsearch.join.ParentJoinPlugin",
        "mapper-extras": "org.elasticsearch.index.mapper.MapperExtrasPlugin",
        "reindex": "org.elasticsearch.reindex.ReindexPlugin",
    },
)
V9 = Release("9.2.4", java=(21, 25))
RELEASES = {"7.17": V7, "9.2": V9}
