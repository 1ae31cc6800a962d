"""View models: pure functions from pictures to cells and lines. No Textual, no clock, no input or output here."""
