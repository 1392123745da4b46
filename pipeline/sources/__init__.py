"""Sources of raw records: one folder a network, the contract they share, and the catalog that finds them by name."""
