"""The product's Celery application, except that unacknowledged messages come again sooner: for tests that kill."""

import os

from pipeline.jobs.app import app as product

app = product

app.conf.broker_transport_options = app.conf.broker_transport_options | {
    "visibility_timeout": float(os.environ["TEST_VISIBILITY_S"]),
    "unacked_restore_interval": 1,
}
