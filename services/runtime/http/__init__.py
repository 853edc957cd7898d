"""What every request meets before it meets the service: bounds of size and time, counting, headers of every answer.

None of it looks at a key: whoever sends too much is turned away before anybody asks who it is.
"""
