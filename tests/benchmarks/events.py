"""``python -m tests.benchmarks.events SERVER CERTIFICATE KEY AUTHORITY RATE``: change pods' status until ended.

Prints, once a second, how many changes a second it managed.
"""

from __future__ import annotations

import asyncio
import itertools
import ssl
import sys
import time

from tests.controlplane import ApiWriter

_MERGE = {"Content-Type": "application/merge-patch+json"}


async def change(api: ApiWriter, rate: int) -> None:
    listed = (await api.request("GET", "/api/v1/pods?limit=1000"))["items"]
    paths = [f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}" for pod in listed]
    turn = itertools.cycle(paths)
    for number in itertools.count():
        began = time.monotonic()
        for _ in range(10):
            step = time.monotonic()
            batch = list(itertools.islice(turn, rate // 10))
            body = {"status": {"message": f"touched {number} {step}"}}
            await asyncio.gather(*(api.request("PATCH", f"{path}/status", body, _MERGE) for path in batch))
            await asyncio.sleep(max(0.0, 0.1 - (time.monotonic() - step)))
        print(f"{10 * (rate // 10) / (time.monotonic() - began):.0f}", flush=True)


async def main(server: str, certificate: str, key: str, authority: str, rate: str) -> None:
    tls = ssl.create_default_context(cafile=authority)
    tls.load_cert_chain(certificate, key)
    async with ApiWriter(server, tls) as api:
        await change(api, int(rate))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
