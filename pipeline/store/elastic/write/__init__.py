"""Writing to Elasticsearch: a batch's posts, in what amounts to one transaction."""
