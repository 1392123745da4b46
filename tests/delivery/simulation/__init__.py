"""Random simulation of the delivery protocol: the product's worker between fakes or real parts, and model watchers."""
