"""The whole way of a post: random worlds over twins and real parts, and real processes that are killed."""
