"""Live search: WebSockets and event streams, their sessions, the fan-out of new posts, and recovery of missed ones."""
