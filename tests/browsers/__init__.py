"""Tests of the page's core in Firefox and in WebKit, which `make test-browsers` installs; Chromium has `tests/ui`."""
