"""Find the passages that answer a question: chunk, embed, index, answer; controls for comparison."""
