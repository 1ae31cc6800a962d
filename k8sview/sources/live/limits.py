"""How much of the API server we may take, and how long we wait for what: every number of this room in one place."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """The API budget; kept by the transport."""

    requests_per_second: float = 20.0
    burst: int = 120
    """Requests that may go out at once after a rest: enough to list every kind once, and a long one page by page."""
    watches: int = 60
    concurrent_lists: int = 8
    """Pages in flight at once: bounds memory, and lets the first subscriptions finish first."""
    page_size: int = 500


class Timing(msgspec.Struct, frozen=True):
    """Durations in seconds. Tests shorten them."""

    backoff_first: float = 0.5
    backoff_ceiling: float = 30.0
    denied: float = 300.0
    """Between two tries of what was forbidden or not served, unless somebody asks for a refresh."""
    poll: float = 30.0
    """Between two lists of what may be listed but not watched."""
    watch_shortest: float = 45.0
    watch_longest: float = 54.0
    """The server ends a watch after a random time between these two; the next one goes on from there."""
    watch_grace: float = 4.0
    """A watch that outlives its end by this much is dead. Longest plus grace must stay below a minute."""
    watch_too_short: float = 1.0
    """A watch that ends sooner and said nothing counts as a failure, or it would be reopened in a hot loop."""
    rediscovery: float = 5.0
    usage: float = 1.0
    exec_plugin: float = 60.0
    """An exec plugin may have to talk to an identity provider."""
    token_reread: float = 60.0
    """How long a token read from a file is believed: projected tokens are rotated in place."""
