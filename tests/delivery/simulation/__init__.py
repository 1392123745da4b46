"""Random simulation of the delivery protocol: the product's worker code between fakes or real parts, and watchers."""
