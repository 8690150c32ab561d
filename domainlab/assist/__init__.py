"""Clinical notes from patient records: the app that joins retrieval and an adapter.

Read in this order: facts (what a note must say, one line per fact), knowledge and tables (interactions, red flags
and guidelines for a chart), remarks (what may be taken from earlier notes), writer (prompts and training pairs),
check (is a line true to its fact), note, assistant (wires them), verify (a second look at the finished note), audit
and signoff. Around them: variety and adapter (what the writer learns from), library (searches), questions (answers
with a calibrated confidence), score, widget, pubmedqa. `python -m domainlab.assist FOLDER --out NOTES`.
"""
