"""Sockets and event streams: sessions, fan-out, catching up."""
