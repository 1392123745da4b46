"""The routes of /api, one file a route family, and /metrics."""
