"""The Celery application: its tasks, its beat, its producer. Thin; nothing is decided here."""
