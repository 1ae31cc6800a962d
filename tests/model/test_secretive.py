"""Names that hold a secret, and names that only speak of one."""

from __future__ import annotations

import pytest

from k8sview.model.command_words import secret_places
from k8sview.model.secretive import is_secret_name


@pytest.mark.parametrize(
    "name",
    """password dbPassword PGPASSWORD MYSQL_PWD db-pass requirepass pgpass pw pin userPin psk hmac salt apiKey
    api_key X-Api-Key secretKey clientSecret client-key-data privateKey signingKey encryption-key AccountKey
    token authToken tokens credentials creds dsn connectionString auth Authorization htpasswd netrc
    .dockerconfigjson private.pem tls.key id_rsa passwordHash sig jwt""".split(),  # noqa: SIM905 - words read better than a list of quotes
)
def test_holds_a_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    """level mode host port key topologyKey publicKey hashKey secretName secretKeyRef tokenExpirationSeconds
    passwordFile token-auth-file tls-private-key-file imagePullSecrets pullSecret existingSecret secretStoreRef
    tokenizer bypass compass passthrough pinned author authority sessionAffinity spinner design
    passwordLength""".split(),  # noqa: SIM905 - words read better than a list of quotes
)
def test_speaks_of_one_at_most(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("run -p hunter2", {2}),
        ("run -p 8080", set()),
        ("sshpass -p 8080 ssh h", {2}),
        ("run -phunter2", {1}),
        ("run -port=80 -path /x", set()),
        ("mkdir -p /data", set()),
        ("curl -u admin:hunter2 h", {2}),
        ("mysql -u admin h", set()),
        ("run --user 1000:1000", set()),
        ("htpasswd -b f u x", {2, 3, 4}),
        ("run --token --verbose", set()),
        ("run --token -abc", {2}),
        ("run --key x --topology-key y", {2}),
    ],
)
def test_places_of_a_command_line(line: str, places: set[int]) -> None:
    assert secret_places(line.split()) == places
