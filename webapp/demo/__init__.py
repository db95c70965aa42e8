"""The demo city of Northwater: a fictional city with people, sites and requests under way."""

from webapp.demo.loading import DemoRefusedError, is_loaded, load

__all__ = ["DemoRefusedError", "is_loaded", "load"]
