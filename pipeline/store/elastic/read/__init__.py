"""Reading from Elasticsearch: searches, counts, tops."""
