"""Reading from Elasticsearch in one point in time (a fixed view): pages, changes, counts, top values, full scans."""
