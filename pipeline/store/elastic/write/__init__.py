"""Writing of batches to Elasticsearch, without transactions: look up, plan, write, and look again (revalidate)."""
