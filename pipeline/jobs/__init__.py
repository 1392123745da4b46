"""Celery: the application, its tasks, its beat and its producer. Thin; nothing is decided here."""
