"""Keeps a home's processes running: starts them in order, starts again what ends or hangs, stops them in order.

`watch` decides (pure), `plan` says what belongs to a deployment, `record` is the run state on disk, `loop` does it.
"""
