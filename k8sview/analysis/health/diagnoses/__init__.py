"""Why objects are not well: one family of named, pure diagnoses per module. No verdicts here, and no folding."""
