"""Tests of owner archives."""
