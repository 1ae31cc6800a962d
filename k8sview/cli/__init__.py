"""The command line: parse, call the session, write. Stdout is data, stderr is narration. Judges nothing."""
