"""Embeds of Bluesky posts: reads pictures, films, GIFs, link previews, quotes and quoted feeds or lists."""
