"""Who does the job that metrics does, each in a process of its own: `python -m bench.contestants.NAME …`.

Each reads the same facts from the same topic, folds them with the same functions, and says when the last one was kept
as well as it can keep it. At the end all must hold the same cells.
"""
