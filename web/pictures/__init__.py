"""Picture proxy: fetches pictures of stored posts, keeps them on disk, and serves them."""
