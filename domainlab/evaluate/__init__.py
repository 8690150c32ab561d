"""Judge answers: text scores, likelihood, citations; compare turns per-item scores into intervals."""
