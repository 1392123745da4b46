"""Mastodon: public statuses by the event streams of one or several servers."""
