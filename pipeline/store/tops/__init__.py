from pipeline.store.tops.counter import *  # noqa: F403
