"""Whom to tell what, and whose contact it is. Pure."""
