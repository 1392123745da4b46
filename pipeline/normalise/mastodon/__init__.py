"""Mastodon formats: statuses of REST and events of the streaming API."""
