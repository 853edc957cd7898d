"""Routing's stores in MongoDB."""
