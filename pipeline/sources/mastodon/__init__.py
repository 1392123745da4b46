"""Mastodon: public statuses by the event streams of one or several servers, and look-ups of stored statuses."""
