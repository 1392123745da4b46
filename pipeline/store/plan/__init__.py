"""Write plan of a batch: the rows to write and to remove, the tombstones and the report, decided once for every store.

The rules of docs/design/store.md ("Writing") live here. A store offers `PlanLookups`, calls `plan_writes` (SQLite
inside its transaction) and applies the `WritePlan`. Nothing is written here.
"""

from pipeline.store.plan.account_rows import HIDDEN_KEPT_MS, AccountKey, AccountRow, WithheldPost
from pipeline.store.plan.lookups import PlanLookups
from pipeline.store.plan.planner import plan_writes
from pipeline.store.plan.upserts import MAX_TOUCHED
from pipeline.store.plan.write_plan import RowUpsert, StoredRow, WritePlan

__all__ = [
    "HIDDEN_KEPT_MS",
    "MAX_TOUCHED",
    "AccountKey",
    "AccountRow",
    "PlanLookups",
    "RowUpsert",
    "StoredRow",
    "WithheldPost",
    "WritePlan",
    "plan_writes",
]
