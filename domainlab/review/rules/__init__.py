"""One file per weakness: `cwe_089_sql.py` holds its RULE, `cwe_089_sql.toml` its page and labelled examples.

A rule speaks of the use of programming interfaces and of data flow, never of names of files or wording of comments.
"""
