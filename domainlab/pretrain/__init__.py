"""The embedded base model, from text to checkpoint: tokenizer -> corpus -> mixture -> loop -> skills.

    python -m domainlab.pretrain --help

Read in this order: tokenizer.py (text to numbers), corpus.py (natural text), mixture.py (what the model sees
at each step), loop.py (how it learns), skills.py (what it can do on unseen items).
"""
