"""Evaluate: per-item scores first, then means with intervals, then comparisons.

text.py scores answers, metrics.py offers the same scores as `evaluate.Metric`, likelihood.py measures bits
per byte, citations.py checks what was cited, compare.py turns arrays of scores into intervals. Nothing here
loads or trains a model.
"""
