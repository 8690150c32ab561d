"""domainlab: adapt language models to a domain, and measure what it gained and what it lost.

Import from the file that holds the idea, for example `from domainlab.train.finetune import finetune`.
This file imports nothing, so `import domainlab` costs nothing.
"""

__version__ = "0.1.0"
