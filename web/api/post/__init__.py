"""Routes of one post: its conversation, and what was collected around it."""
