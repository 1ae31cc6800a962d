"""Helm without Helm: its releases from labels, one release's stored manifest, and the cluster against it (D3).

Values, configuration and templates are never kept: the stored release is read for its manifest and the chart's name.
"""
