"""Mingshao's services; the path you see is the path you import."""
