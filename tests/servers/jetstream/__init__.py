"""Jetstream servers as their makers publish them, and a relay on this machine that they read."""
