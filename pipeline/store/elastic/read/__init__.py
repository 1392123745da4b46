"""Reading from Elasticsearch within one point in time: pages, changes, counts, top values, full scans."""
