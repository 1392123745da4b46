"""The whole way of a post, measured: from a recording through reader, broker, workers and web to sockets."""
