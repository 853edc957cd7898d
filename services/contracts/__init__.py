"""The published language: messages, topics, identity, access. One definition of each; no I/O.

Every service speaks it, nothing here knows any service. `export` writes it out as JSON Schema and AsyncAPI.
"""
