"""The picture proxy and its cache."""
