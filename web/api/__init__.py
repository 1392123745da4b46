"""The HTTP API: routes of /api except page and event stream, one file a route family, and /metrics."""
