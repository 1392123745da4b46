"""Celery: the application, its tasks, its beat and its producer. Thin: the work lies in reader, worker and upkeep."""
