"""Secrets are taken out before anything is written; what only looks like one stays."""

from __future__ import annotations

import pytest

from headroom_jupyter import Memory, Store
from headroom_jupyter.memory.redaction import redact

# Put together here, so that no scanner takes this file for a leak.
_SECRETS = {
    "export OPENAI_API_KEY={}": "sk-" + "proj-abcdefghijklmnop1234",
    "use {} to push": "ghp" + "_0123456789abcdefghijABCDEFGHIJ",
    "bot {} posts": "xoxb" + "-123456789012-abcdef",
    "aws {} again": "AKIA" + "IOSFODNN7EXAMPLE",
    "header Authorization: Bearer {}": "abcdef" + "1234567890",
    "postgres://ann:{}@db:5432/app": "hunter2",
    "password: {}": "hunter2",
    "the db password is {}": "Hunt3r2!",
    '{{"client_secret": "{}"}}': "s3cr3t-value",
    "jwt {}": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
    "use {} of the calendar": "ya29" + ".a0AfH6SMBx1234567890abcdefgh",
    "runner {}": "glrt" + "-xYz1234567890ABCDEfg",
    "hooks.slack.com/services/{}": "T00000000/B00000000/XXXXabcdXXXX1234",
    "AccountName=shop;AccountKey={};": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u+/Zz==",
    "x.blob.core.windows.net/c?sv=2020&sig={}&se=1": "abcDEF123%2Fxyz7890abcd",
    "curl -H 'Authorization: token {}'": "Zx81kQpLm2Vt7Yw0Rb4N",
    "curl -s -u ann:{} https://shop": "hunter2",
    "mysql -u root -p{} shop": "S3cret99",
    "machine api login ann password {}": "hunter22",
    "Set-Cookie: session={}; HttpOnly": "Zx81kQpLm2Vt7Yw0Rb4N",
    "deployKey: {}": "Zx81kQpLm2Vt7Yw0Rb4N",
    "vault {}": "hvs" + ".CAESIJabcdefghijklmnopqrstuvwxyz",
    "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----": "MIIBOgIBAAJBAK",
}


@pytest.mark.parametrize("text", _SECRETS)
def test_a_secret_goes_nowhere(memory: Memory, store: Store, text: str) -> None:
    secret = _SECRETS[text]
    record = memory.save(text.format(secret), source={"agent": text.format(secret)}, facts={"how": text.format(secret)})
    assert "[redacted: " in record.text
    assert secret not in memory.export()
    store.close()
    assert not [path for path in store.path.iterdir() if secret.encode() in path.read_bytes()]


def test_a_fact_whose_key_names_a_secret_keeps_none(memory: Memory) -> None:
    facts = memory.save("Access", facts={"password": "correct horse", "port": 5433}).facts
    assert facts == {"password": "[redacted: secret]", "port": "5433"}


@pytest.mark.parametrize(
    "text",
    [
        "commit 3f9a1c27e0b4d5 fixed it",
        "the token is stored in the vault",
        "max_tokens: 4096",
        "api_key = os.environ['KEY']",
        "password: ${DB_PASSWORD}",
        "see https://example.org/a:b@c and ann@example.org",
        "tokenizer: o200k_base",
        "basic authentication is used, and understanding it is basic enough",
        "def login(password: str, token: Optional[str] = None) -> None:",
        "credentials: same-origin",
        "API key: kept in the vault",
        "secretKeyRef:\n  name: db",
        "PWD=/home/ann/shop and password_file: /run/pw",
        "cache key: v3-linux-py311, sort key: created_at",
        "task-manager-for-everything and sk-learn-contrib-project",
        "integrity sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==",
        "sha256 is e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text
