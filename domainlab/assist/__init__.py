"""Clinical notes from patient records: the app that joins retrieval and an adapter.

Read in this order: facts (what a note must say, one line per fact), knowledge (interactions, red flags and
guidelines for a chart), remarks (what may be taken from earlier notes), writer (prompts and training pairs),
check (is a sentence true to its fact), note, assistant (wires them), verify (a second look at the finished
note), audit and signoff, questions (answers with a calibrated confidence), score. `python -m domainlab.assist`.
"""
