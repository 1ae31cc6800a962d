"""One module per command, loaded when it is called. Each has functions ``(arguments, console) -> ExitCode``."""
