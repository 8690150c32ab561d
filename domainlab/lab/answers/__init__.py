"""The exercises of each notebook: `nb00.py` holds those of notebook 00 in a tuple called EXERCISES.

To add one, copy an entry of nb00.py. `reference` is the right answer: a number, string, set, list or dict, or
a function that is tried on `cases`. `mistakes` are at least three answers that a learner might well give,
each with the message for just that misunderstanding; the first one is what DOMAINLAB_ANSWERS=wrong puts in.
`hints` go from a nudge to nearly there and hold no code.
"""
