"""End-to-end bench: throughput and latency from a recording through reader, broker, workers and web to sockets."""
