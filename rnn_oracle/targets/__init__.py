"""Targets: the runtimes that are judged. Listing them imports none."""

from .registry import INSTALL, available, get, installed

__all__ = ["INSTALL", "available", "get", "installed"]
