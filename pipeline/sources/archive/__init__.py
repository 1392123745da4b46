"""Archives of one owner: X's personal archive, Mastodon's account archive and Bluesky's repository, as raw records."""
