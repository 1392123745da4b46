from pipeline.store.plan.planner import *  # noqa: F403
