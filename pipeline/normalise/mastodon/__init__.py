"""Mastodon's formats: statuses and streaming events."""
