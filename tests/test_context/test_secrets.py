"""What looks like a key, a token or a password is masked; what only sounds like one stays."""

from __future__ import annotations

import pytest

from headroom_jupyter import Store
from headroom_jupyter.context.secrets import masked
from headroom_jupyter.notebook.book import Book, BookCell
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.packing import pack
from headroom_jupyter.notebook.variables import schema

_VALUE = "Zx9Qw3Er7Ty1"


@pytest.mark.parametrize(
    "text",
    [
        f'password = "{_VALUE}"',
        f"DB_PASSWORD={_VALUE}",
        f'os.environ["OPENAI_API_KEY"] = "{_VALUE}"',
        f"client(api_key='{_VALUE}', timeout=3)",
        f'{{"access_token": "{_VALUE}"}}',
        f"postgres://reader:{_VALUE}@db.example/main",
        f"Authorization: Bearer {_VALUE * 3}",
        f"sk-{_VALUE * 2}",
        f"hf_{_VALUE * 3}",
        f"-----BEGIN PRIVATE KEY-----\n{_VALUE}\n-----END PRIVATE KEY-----",
    ],
)
def test_a_secret_is_masked_in_any_of_its_forms(text: str) -> None:
    shown, count = masked(text)
    assert _VALUE not in shown
    assert count == 1
    assert masked(shown) == (shown, 0)


@pytest.mark.parametrize(
    "text",
    [
        'key = "name"\nsort_key = "date"',
        "max_tokens = 4096\ntokens_used: 12345678",
        'tokenizer = "o200k_base"',
        "primary_key='id'",
        "monkey = 'banana'",
        "the password is asked for later",
        "getpass.getpass('password: ')",
    ],
)
def test_what_only_sounds_like_a_secret_stays(text: str) -> None:
    assert masked(text) == (text, 0)


def test_variables_and_their_fields_are_masked_by_name_and_by_form() -> None:
    assert _VALUE not in schema("settings", {"password": _VALUE, "nested": {"api_key": _VALUE}, "rows": 3})
    assert _VALUE not in schema("anything", f"sk-{_VALUE * 2}")
    assert _VALUE in schema("plain", _VALUE)


def test_a_default_in_a_signature_is_masked_where_only_names_are_shown(tmp_path: object) -> None:
    source = f"def call(api_key='{_VALUE}'):\n" + "".join(f"    step_{i} = {i}\n" for i in range(300))
    cells = [BookCell("code", source, 1), *(BookCell("code", f"b{i} = {i}", i + 2) for i in range(40))]
    with Store(f"{tmp_path}/store", project="secrets") as store:
        text = pack(Book(tuple(cells)), Options(budget=700, store=store)).text
    assert "call(api_key=" in text
    assert _VALUE not in text
