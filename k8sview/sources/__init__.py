"""All outside input. Each source emits the events of ``model.events``; nothing above can tell them apart."""
