"""Text of a post: HTML, spans, and the detection of links, hashtags, cashtags and mentions."""
