"""What is found as a secret, and what is left. All keys are invented."""

import base64
import random
import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.scrub.entities import ENTITIES
from corpus_pipeline.scrub.secrets import load_finder
from corpus_pipeline.scrub.secrets.rules import ALPHABETS, Part, Rule, load_rules
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers

ALL = frozenset({"SECRET", "URL_USERINFO", "HANDLE"})
UUID = "9f86d081-884c-4d65-9a2f-eaa0c55ad015"
HEX = "9f86d081884c7d659a2feaa0c55ad015"


def found(text: str, entities: frozenset[str] = ALL - {"HANDLE"}) -> list[str]:
    return [each for _, each in named([text], entities)[0]]


def named(texts: list[str], entities: frozenset[str] = ALL) -> list[list[tuple[str, str]]]:
    buffers = utf8_buffers(pa.array(texts, pa.string()))
    spans = load_finder(entities, FinderOptions()).find(buffers, [None] * len(texts))
    results: list[list[tuple[str, str]]] = [[] for _ in texts]
    for row, start, end, entity in zip(*spans[:4], strict=True):
        piece = bytes(buffers.data[start:end]).decode()
        results[row].append((ENTITIES[entity], piece))
    return results


def example(rule: Rule, source: random.Random) -> str:
    """A token of a rule's form."""

    def written(part: str | Part) -> str:
        if isinstance(part, str):
            return part
        if part.alphabet in ("uuid", "hex dash"):
            return f"9f86d081-884c-4d65-9a2f-{source.randrange(16**12):012x}"
        letters = [
            chr(c) for c in range(33, 127) if re.match(f"[{ALPHABETS[part.alphabet]}]", chr(c))
        ]
        plain = [letter for letter in letters if letter.isalnum()] or letters
        length = source.randint(part.least, min(part.most, part.least + 8))
        text = "".join(source.choice(letters) for _ in range(length))
        return text[:-1] + source.choice(plain) if text else text

    before = written(rule.before) if rule.before else ""
    body = "".join(map(written, rule.body))
    return before + source.choice(rule.prefixes) + body


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.name)
def test_token_of_each_rule(rule: Rule) -> None:
    source = random.Random(rule.name)
    for context in ("{}", "key = '{}'", "密钥是{}。", "see ({}), thanks", '{{"a": "{}"}}'):
        token = example(rule, source)
        secrets = found(context.format(token))
        assert secrets, (context, token)
        assert secrets[0] in token
        assert rule.named or secrets[0] == token


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('password = "hunter2"', "hunter2"),
        ("password: Falcon_2019\n", "Falcon_2019"),
        ("my password is tiger4962.", "tiger4962"),
        ("The new password is: 'y_+3Hwp=*AWz8'", "y_+3Hwp=*AWz8"),
        ("用户名 li 密码 Summer827#，请勿外传", "Summer827#"),
        ("登录密码是iW7KAYUa。", "iW7KAYUa"),
        ("パスワード：luna2576", "luna2576"),
        ("비밀번호: river-41x", "river-41x"),
        ("mot de passe : Dragon42!", "Dragon42!"),
        ("Пароль: luna98z", "luna98z"),
        ("<password>Blue700</password>", "Blue700"),
        ("Server=db;User Id=sa;Password=river8200;", "river8200"),
        ("define('DB_PASSWORD', 'kaffee24');", "kaffee24"),
        ("machine h.example login li password sunny242\n", "sunny242"),
        ("mysql --password=Qw3rty22 -u root", "Qw3rty22"),
        ("s3://a?access-key=minio&secret-access-key=m1n10Stor4geK3y&endpoint=x", "m1n10Stor4geK3y"),
        ("val password: String = \"P@ssw0rd\"", "P@ssw0rd"),
        (f"api_key: {HEX}\n", HEX),
        (f'{{\\"apiKey\\":\\"{HEX}\\"}}', HEX),
        (f"Authorization: Bearer {HEX}", HEX),
        (f"headers = {{'Authorization': 'Token {HEX}'}}", HEX),
        ("Authorization: Basic bGk6cGE1NXc=", "bGk6cGE1NXc="),
        (f"heroku_api_key={UUID}", UUID),
        ("API密钥：nHzJnXH7rrVVOh4wbE9YFgLEm", "nHzJnXH7rrVVOh4wbE9YFgLEm"),
        (f"接口密钥 api_key={HEX}，用完请删除", HEX),
        (f"Authorization: Token token={HEX}", HEX),
        ("DB_PASSWORD=Falcon?tulip9568", "Falcon?tulip9568"),
        ("初始密码x7Kq92mz，请修改", "x7Kq92mz"),
        ("use password Xy7$kL9q to log in", "Xy7$kL9q"),
        ("- name: DB_PASSWORD\n  value: Summer827#", "Summer827#"),
    ],
)  # fmt: skip
def test_value_behind_a_word(text: str, secret: str) -> None:
    assert found(text) == [secret]


@pytest.mark.parametrize(
    "text",
    [
        "password = getPassword()",
        "password = 'changeme'",
        "password: ${DB_PASSWORD}",
        'password = os.environ["DB_PASSWORD"]',
        '"password": "string"',
        "password = self.password2",
        "PASSWORD = <your-password-1>",
        "password: xxxxxxxx1",
        "the password must have 8 characters",
        "password = user?password",
        "密码SHA2048加密，口令SHA256",
        "password:\n  length: 12",
        "请输入密码：至少8位",
        "api_key = YOUR_API_KEY_1",
        "token = 'csrf-token-2'",
        f"commit {HEX}a0c55ad0",
        f"sha256 token {HEX}",
        f"etag: {HEX}",
        f"id: {UUID}",
        "Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a",
        "token: 0x9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "secret: https://example.org/a1b2c3d4e5f6a7b8",
        "<img src='data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA'>",
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "x" * 36,
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOC\n-----END PUBLIC KEY-----",
        "eyJmb28iOiJiYXIxMjM0NTY3ODkwIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
        "https://user:password@example.org/",
        "https://${USER}:${PASSWORD}@example.org/",
        "git clone ssh://git@example.org/a.git and git@example.org:a/b.git",
        "https://li@example.org/",
        "http://example.org:8080/@li",
        "see https://example.org/a:b@c",
    ],
)
def test_what_is_none(text: str) -> None:
    assert found(text) == []


def pem(name: str, newline: str = "\n") -> str:
    body = base64.b64encode(random.Random(name).randbytes(300)).decode()
    lines = newline.join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN {name}-----{newline}{lines}{newline}-----END {name}-----"


@pytest.mark.parametrize(
    "block",
    [
        pem("PRIVATE KEY"),
        pem("RSA PRIVATE KEY", "\\n"),
        pem("OPENSSH PRIVATE KEY", "\r\n"),
        pem("PGP PRIVATE KEY BLOCK"),
    ],
)
def test_whole_block_of_a_key(block: str) -> None:
    assert found(f"key:\n{block}\nend") == [block]


def test_block_that_is_cut_off() -> None:
    block = pem("RSA PRIVATE KEY").partition("\n-----END")[0]
    assert found(block) == [block]


def test_secret_beside_its_identifier() -> None:
    secret = "q8Zk3Vb0Xn5Rt7Ym2Ls9Wd4Hc6Jf1Gp/aE+uTiOo"
    assert found(f"AKIAQ2WE4RT6YU7IOP3A,{secret}\n") == ["AKIAQ2WE4RT6YU7IOP3A", secret]


def test_json_web_token() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    payload = base64.urlsafe_b64encode(b'{"sub":"1234567890"}').decode().rstrip("=")
    token = f"{header}.{payload}.4pcPyMD09olPSyXnrXCjTwXyr4BsezdI1AVTmud2fU4"
    assert found(f"cookie: session={token}; path=/") == [token]


@pytest.mark.parametrize(
    ("text", "userinfo"),
    [
        ("postgres://app:s3cr4t@db.example.com:5432/a", "app:s3cr4t"),
        ("redis://:p4ss19@10.0.0.1:6379", ":p4ss19"),
        ("连接mysql://root:Ab12cd@127.0.0.1/a。", "root:Ab12cd"),
        ("https://li:pa@55@example.org/", "li:pa@55"),
    ],
)
def test_user_and_password_of_a_url(text: str, userinfo: str) -> None:
    assert named([text])[0] == [("URL_USERINFO", userinfo)]


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("thanks to @li_wei and @Wang.", ["@li_wei", "@Wang"]),
        ("转自@王小明：你好", ["@王小明"]),
        ("follow @li@social.example now", ["@li@social.example"]),
        ("@property\ndef a(self):", []),
        ("a\n    @Override\n    public void b() {", []),
        ("@media screen and (max-width: 1px) {", []),
        ("import x from '@angular/core';", []),
        ("mail li@example.org", []),
        ("name@1.2.3 and npm i left-pad@2.0", []),
        ("@user = User.find(1)", []),
        (" * @param name the name", []),
        ("* [@li_wei](https://example.org/li)", ["@li_wei"]),
        ("* @li_wei wrote the first version", ["@li_wei"]),
        ("-- written by @li_wei", ["@li_wei"]),
        ('{"twitter": "@li_wei"}', ["@li_wei"]),
        ('{"@context": null}', []),
        ("see [@tf.function](https://example.org)", []),
        ("list[@rendition]", []),
        ("longmove(@x1, @x2, 4)", []),
        ("SELECT @a1, @a2", []),
        ("curl --data-binary @test.toml http://h", []),
        ("all:\n\t@rm -rf build\n", []),
        ("if @head and @url\n  a = @head\nelse\n  b(@url)\nend", []),
        ("    parser: @phpParser\n", []),
        ("@item one\n@item two\n", []),
        ("all of @mydomain.com", []),
    ],
)
def test_handles(text: str, handles: list[str]) -> None:
    assert found(text, frozenset({"HANDLE"})) == handles


def test_kinds_that_are_not_asked_for_are_left() -> None:
    text = "password: 'hunter2' at ftp://li:pa55@example.org by @li_wei"
    assert [kind for kind, _ in named([text])[0]] == ["SECRET", "URL_USERINFO", "HANDLE"]
    for entity in ALL:
        assert {kind for kind, _ in named([text], frozenset({entity}))[0]} == {entity}
    assert named([text], frozenset())[0] == []


PIECES = st.sampled_from(
    ["password", "=", ": ", '"', "'", "密码", "：", "hunter2", HEX, "://", "li:pa55", "@", "é",
     "\n", "ghp_", "-----BEGIN PRIVATE KEY-----", "eyJhbGciOiJub25lIn0.", "token", "\\n", "x",
     "字", " "]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=1, max_size=4))
def test_neighbours_do_not_matter(texts: list[str]) -> None:
    assert named(texts) == [named([text])[0] for text in texts]
