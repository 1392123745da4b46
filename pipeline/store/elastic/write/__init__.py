"""Writing of batches to Elasticsearch, without transactions: look up, plan, write, revalidate."""
