"""Servers on 127.0.0.1 that speak the real wires of the networks and misbehave on demand."""
