"""Who wrote which field of an object, as its ``metadata.managedFields`` tell, and whether that was meant to be.

Pure: reads bodies (an object's JSON as a dict, field sets included) and tables' metadata, names facts, changes nothing.
A manager's name can be forged and is never proof; the API stores no user. Values of Secrets never leave this room.
"""
