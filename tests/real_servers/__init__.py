"""Tests of the sources against the networks' own server programs, which `make real-servers` builds and runs."""
