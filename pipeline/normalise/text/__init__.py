"""The text of a post: entities, links, tags, markup, spans."""
