"""The peer's migration."""
