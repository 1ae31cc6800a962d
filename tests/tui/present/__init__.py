"""View models, without any terminal."""
