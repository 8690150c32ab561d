"""The forgetting lab: what a model lost while it learned, and what keeps it. An app: it wires data, train, evaluate.

Measure: suites (what to ask) -> measure (retention, transfer) -> drift (KL, bits per byte, distance of weights)
-> frontier (gain against loss) -> report (all of it in one object, also `python -m domainlab.forget`).
Cure, before training: replay, schedule. During it: fisher, penalty. After it: interpolate, route.
arms and record hold the course's own experiment: every cure on the same data, written to data/results.
"""
