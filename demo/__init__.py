"""The demo recording: a made-up platform cluster with a story, built on a real control plane and recorded."""
