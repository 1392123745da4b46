"""Sinks: deliver matches of searches to alerts, feeds and installed packages. One class a sink."""
