"""Text of a post: HTML to plain text, spans that sources state, detection of links, hashtags, cashtags and mentions."""
