"""The fault suite: real processes, Kafka and MongoDB; what is pushed under each fault must come out exact.

`load` pushes, `checker` judges, `street` is the deployment with its processes; a scenario is the fault between them.
docs/faults.md says what each must show and how to repeat a run.
"""
