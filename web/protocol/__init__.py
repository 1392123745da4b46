"""Wire protocol of socket and event stream: messages, frames, close and error codes (docs/reference/protocol.md)."""
