"""Words that name a secret, as they stand before its value in code, configuration and prose."""

from typing import NamedTuple

from corpus_pipeline.scrub.phone_words import split_words


class Word(NamedTuple):
    """A word, in lower case where its script has cases in ASCII."""

    text: str
    chosen: bool
    """People choose the value (a password) and it may be short; else a machine made it."""


#: Words for a password, in the languages that the web has most of.
_PASSWORDS = (
    *split_words(
        "password passwd passphrase passcode passwort kennwort pwd _pass dbpass userpass mdp "
        "contraseña contrasena contrasenya senha wachtwoord hasło haslo пароль Пароль ПАРОЛЬ şifre "
        "Şifre parola heslo lösenord losenord salasana adgangskode passord jelszó κωδικός סיסמה "
        "密码 密碼 口令 授权码 授權碼 パスワード 暗証番号 비밀번호 암호 पासवर्ड รหัสผ่าน"
    ),
    # Short words, which others end with.
    " pass", "\npass", "/pass", "sshpass -p", "_pw", " pw", "/pw", " clave",
    "mot de passe", "kata sandi", "mật khẩu", "Mật khẩu", "كلمة المرور", "كلمة السر",
)  # fmt: skip

#: Parts of the names of keys that services make; each is written with _, -, a dot, a space or
#: nothing between.
_KEYS = (
    "api key", "apikey", "access key", "secret key", "private key", "account key", "auth key",
    "encryption key", "signing key", "shared key", "shared access key", "master key",
    "app key", "application key", "service key", "subscription key", "storage key", "deploy key",
    "license key", "admin key", "client key", "consumer key", "server key", "session key",
    "api token", "access token", "auth token", "refresh token", "bearer token", "id token",
    "oauth token", "bot token", "user token", "session token", "security token", "csrf token",
    "api secret", "app secret", "client secret", "consumer secret", "shared secret",
    "jwt secret", "webhook secret", "cookie secret", "session secret", "secret access key",
    "key secret", "secret key base", "private key id", "bearer",
    "secret", "token", "credential", "credentials", "psk", "wpa key", "auth", "authorization",
    "密钥", "密匙", "秘钥", "密鑰", "令牌", "シークレット", "トークン", "apiキー", "アクセスキー",
    "비밀키", "토큰", "api 키", "токен", "jeton",
)  # fmt: skip


def load_words() -> tuple[Word, ...]:
    """Returns all words in each way that they are written.

    >>> [word.text for word in load_words() if word.text.startswith("api") and word.text[-1] == "y"]
    ['api_key', 'api-key', 'api.key', 'api key', 'apikey']
    """
    keys: dict[str, None] = {}
    for name in _KEYS:
        for between in ("_", "-", ".", " ", ""):
            keys[name.replace(" ", between)] = None
    return tuple(Word(text, True) for text in _PASSWORDS) + tuple(
        Word(text, False) for text in keys
    )
