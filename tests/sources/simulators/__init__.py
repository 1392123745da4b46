"""Simulators of the networks: servers on 127.0.0.1 that speak the real wires and misbehave on demand."""
