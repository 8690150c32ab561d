"""What every notebook of the course keeps to; each rule yields one sentence per violation."""

from notebook_rules import code, outputs, prose, sizes, structure, teaching

RULES = (
    structure.declaration,
    structure.kernel,
    structure.known_tags,
    structure.sections,
    structure.opening,
    structure.cell_ids,
    teaching.instructor_notes,
    teaching.minutes_add_up,
    teaching.slides,
    teaching.exercises,
    teaching.solutions_folded,
    teaching.has_quiz,
    sizes.code_cells,
    sizes.markdown_cells,
    sizes.totals,
    sizes.first_result,
    sizes.file_size,
    code.plain_python,
    code.nothing_skipped,
    code.imports_pinned,
    code.claims_are_its_own,
    prose.links,
    prose.pictures,
    prose.measured_numbers,
    prose.stock_phrases,
    outputs.fresh,
    outputs.clean,
    outputs.described,
)
