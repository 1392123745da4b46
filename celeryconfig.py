"""Celery options that do not depend on a setting; `pipeline/jobs/app.py` adds those that do (broker, queues).

docs/design/delivery.md, "Celery", gives the reasons. This file reads no environment.
"""

VISIBILITY_S = 60
"""Seconds after which an unacknowledged message is delivered again. A batch is done within 20."""

# -- messages are JSON only; pickle would run code when it is read
accept_content = ["json"]
task_serializer = "json"
result_serializer = "json"
event_serializer = "json"

# -- no results, no events, no remote control
task_ignore_result = True
task_store_errors_even_if_ignored = False
worker_send_task_events = False
task_send_sent_event = False
worker_enable_remote_control = False

# -- one message at a time: the others wait in the broker, where another worker can take them
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = False
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_proc_alive_timeout = 15.0
worker_soft_shutdown_timeout = 0.0

# -- the connection: retry without end, each try with a time limit
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_connection_timeout = 5.0
broker_pool_limit = 1
broker_heartbeat = 0

timezone = "UTC"
enable_utc = True
