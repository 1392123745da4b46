"""Recovery: what a search missed while a line or lease was lost, read from the store."""
