"""The command line: exit codes, parsing, and each command run on recordings and scripted servers."""
