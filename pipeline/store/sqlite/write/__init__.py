"""Writing to the SQLite store: the queries that planning a batch needs, and the writer that applies the plan."""
