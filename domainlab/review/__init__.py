"""Code security review: what is weak in Python code, how it is attacked, and a fix that is proved.

Reading order: findings -> syntax -> values -> sources, sanitizers, guards -> expressions, statements, engine
-> rule -> rules/ (one file per weakness, its page and labelled examples beside it) -> scan -> bandit_findings, merge
-> files, pool -> sarif, report -> fixes, prove -> measure. The command is `python -m domainlab.review PATH`.
Code under review is parsed, never imported or run.
"""
