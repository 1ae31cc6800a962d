"""The live source against scripted and real API servers."""
