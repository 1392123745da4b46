"""Mastodon formats: reads statuses of REST calls, and events of the streaming API, into posts and deletions."""
