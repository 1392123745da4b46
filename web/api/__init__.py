"""The routes of /api, one file a family."""
