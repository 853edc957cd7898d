"""The way in: facts in batches inside a Faust app, which also carries timers and the control agent."""
