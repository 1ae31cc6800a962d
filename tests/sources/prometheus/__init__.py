"""The room that asks a Prometheus, tried on a scripted one."""
