"""Clients of live search: sockets and event streams, their outboxes, limits and heartbeat."""
