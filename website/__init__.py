"""Builds the site of docs/: its pages, one for each rule and question, and the API."""
