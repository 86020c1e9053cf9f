"""Layers at real sizes, right ones and broken ones: how many `oracle_check` tells apart."""
