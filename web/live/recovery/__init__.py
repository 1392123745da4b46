"""Recovery: reads from the store the posts that a search missed while its connection or lease was lost."""
