"""Sinks, plug-ins that receive the matches of configured searches: their contract, and the delivery to them."""
