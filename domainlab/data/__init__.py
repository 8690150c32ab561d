"""Data: read and check records, split and deduplicate them, and make the worlds that models learn.

read, split, leaks, cards    JSONL files of records, cuts by group, what was seen before, where data come from
medical*, bulletin, patients the medical world: stable facts, facts that change monthly, made-up patients
chart, fhir_*                a patient's chart; FHIR R4 bundles written, checked and read, also other people's
medical_sets                 PubMedQA, MedQuAD, MTS-Dialog, ACI-BENCH by hub name or file
security*                    the security world: facts, links, bulletins, pairs of vulnerable and fixed code
general, reading, ...        the general world that the base model knows
build                        writes it all: `python -m domainlab.data`
"""
