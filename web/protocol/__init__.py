"""The wire protocol of socket and event stream: messages, frames, close codes and error codes (docs/reference/protocol.md)."""
