from pipeline.store.contract.store import *  # noqa: F403
