"""Joining a Jetstream server's stream so that nothing is left out: its wire, its clock, and what lies in its past."""
