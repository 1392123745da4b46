"""Celery's options that hold everywhere. What depends on a setting (broker, queues) is added in `pipeline/jobs/app.py`.

Why each is as it is: docs/delivery.md, "Celery". This file reads no environment.
"""

VISIBILITY_S = 60
"""A message that nobody acknowledged comes again after this many seconds. A batch is done within 20."""

# -- what may travel: JSON, nothing that runs code when it is read
accept_content = ["json"]
task_serializer = "json"
result_serializer = "json"
event_serializer = "json"

# -- nothing is kept of a task but its effect
task_ignore_result = True
task_store_errors_even_if_ignored = False
worker_send_task_events = False
task_send_sent_event = False
worker_enable_remote_control = False

# -- one message in hand: what waits, waits in the broker, where another worker finds it
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = False
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_proc_alive_timeout = 15.0
worker_soft_shutdown_timeout = 0.0

# -- the connection: never give up, never wait for ever
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_connection_timeout = 5.0
broker_pool_limit = 1
broker_heartbeat = 0

timezone = "UTC"
enable_utc = True
