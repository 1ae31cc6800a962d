"""Pure renderers: a report becomes text. They order and word what the report says, and judge nothing."""
