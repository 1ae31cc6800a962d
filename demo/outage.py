"""While the recording runs: a second node is updated in place, and pods that it ran fall as well."""

from __future__ import annotations

import asyncio

from demo.incident import fall, reboot
from demo.site import Site

NODE = "apps-5"


async def happen(site: Site) -> None:
    """Returns when the last effect is visible."""
    await asyncio.sleep(1)
    await reboot(site, NODE, 0.0)
    await asyncio.sleep(2)
    for pod in await site.pods_on(NODE):
        await fall(site, pod, 0.0, restarts=1, tries=1)
    await asyncio.sleep(3)  # until controllers have seen it
