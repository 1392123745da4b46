"""Sources of raw records: a folder for each network or recording, their shared contract, and the catalog of names."""
