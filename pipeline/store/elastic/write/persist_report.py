"""Persist report: merges the results of all attempts at writing a batch into one `Persisted`.

Keeps the newest entry of each post, with the document from before the first attempt; drops entries of posts deleted
meanwhile; collects deleted ids and refused posts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pipeline.store.contract import Entry, Persisted
from pipeline.store.elastic.write.plan_writer import AppliedPlan
from pipeline.store.plan import WritePlan


@dataclass(slots=True)
class PersistReport:
    """Results of the attempts so far; `plan` collects the changes they made."""

    plan: WritePlan
    entries: dict[str, Entry] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, made: WritePlan, applied: AppliedPlan) -> None:
        """Add the results of one plan."""
        undone = applied.conflicts | applied.refused.keys()
        self.plan.retained_from_ms = made.retained_from_ms
        self.plan.upserts += [put for put in made.upserts if put.post.id not in undone]
        self.plan.deleted = list(dict.fromkeys(self.plan.deleted + made.deleted))
        self.plan.tombstoned = list(dict.fromkeys(self.plan.tombstoned + made.tombstoned))
        self.plan.left |= made.left
        self.refused |= applied.refused
        self.plan.withdrawn += made.withdrawn
        for post_id in (*made.tombstones, *made.withheld):
            self.entries.pop(post_id, None)
        for entry in made.entries:
            if entry.post.id not in undone:
                self._add_entry(entry)

    def _add_entry(self, entry: Entry) -> None:
        """Keep the newest entry of a post, with the document from before the first attempt."""
        former = self.entries.get(entry.post.id)
        if former is not None and entry.before is None:
            entry = replace(entry, before=former.before, before_seq=former.before_seq)
        self.entries[entry.post.id] = entry

    def persisted(self) -> Persisted:
        """Return the contract's report."""
        self.plan.entries = list(self.entries.values())
        refused = {
            post_id: f"Elasticsearch cannot store {post_id}: {why}"
            for post_id, why in self.refused.items()
            if post_id not in self.entries
        }
        return replace(self.plan.persisted(), refused=refused)
