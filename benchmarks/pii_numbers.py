"""Numbers of invented persons with right check digits, each from a `random.Random`."""

import hashlib
import random
import string
from collections.abc import Callable

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_UPPER = string.ascii_uppercase


def digits(rng: random.Random, count: int, first: str = "0123456789") -> str:
    """Draws digits; the first one from `first`."""
    return rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(count - 1))


def luhn(body: str) -> str:
    """Appends the check digit of payment cards.

    >>> luhn("411111111111111")
    '4111111111111111'
    """
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _grouped(number: str, *sizes: int, by: str = " ") -> str:
    parts, start = [], 0
    for size in sizes:
        parts.append(number[start : start + size])
        start += size
    return by.join(part for part in parts if part)


def card(rng: random.Random) -> str:
    """A payment card."""
    prefix, length = rng.choice(
        [("4", 16), ("51", 16), ("53", 16), ("55", 16), ("37", 15), ("6011", 16), ("2221", 16)]
    )
    number = luhn(prefix + digits(rng, length - 1 - len(prefix)))
    if rng.random() < 0.4:
        return number
    by = rng.choice(" -")
    return _grouped(number, 4, 6, 5, by=by) if length == 15 else _grouped(number, 4, 4, 4, 4, by=by)


def union_pay(rng: random.Random) -> str:
    """A Chinese bank card of 16 or 19 digits."""
    length = rng.choice([16, 19])
    prefix = rng.choice(["622202", "621700", "622848", "621661", "622588"])
    number = luhn(prefix + digits(rng, length - 7))
    return number if rng.random() < 0.6 else _grouped(number, 4, 4, 4, 4, 3)


_IBAN = {
    "DE": "n18", "GB": "a4n14", "FR": "n10x11n2", "ES": "n20", "IT": "a1n10x12", "NL": "a4n10",
    "PL": "n24", "BR": "n23a1x1", "AT": "n16", "BE": "n12", "CH": "n5x12",
}  # fmt: skip


def iban(rng: random.Random, country: str) -> str:
    """A bank account of a country."""
    form = _IBAN.get(country) or _IBAN[country := "DE"]
    body, place = "", 0
    while place < len(form):
        kind, stop = form[place], place + 1
        while stop < len(form) and form[stop].isdigit():
            stop += 1
        alphabet = {"n": string.digits, "a": _UPPER, "x": string.digits}[kind]
        body += "".join(rng.choice(alphabet) for _ in range(int(form[place + 1 : stop])))
        place = stop
    whole = "".join(str(int(c, 36)) for c in body + country + "00")
    number = f"{country}{98 - int(whole) % 97:02}{body}"
    return number if rng.random() < 0.4 else _grouped(number, *[4] * 9)


def ssn(rng: random.Random) -> str:
    """A US social security number."""
    area = rng.choice([x for x in range(1, 899) if x != 666])
    return f"{area:03}-{rng.randint(1, 99):02}-{rng.randint(1, 9999):04}"


def nino(rng: random.Random) -> str:
    """A British national insurance number."""
    prefix = rng.choice("ABCEHJKLMPRSTWXY") + rng.choice("ABCEHJKLMPRSTWXY")
    number, suffix = digits(rng, 6), rng.choice("ABCD")
    return rng.choice(
        [f"{prefix}{number}{suffix}", f"{prefix} {_grouped(number, 2, 2, 2)} {suffix}"]
    )


def sin(rng: random.Random) -> str:
    """A Canadian social insurance number."""
    return _grouped(luhn(digits(rng, 8, "1234567")), 3, 3, 3, by=rng.choice(" -"))


def tfn(rng: random.Random) -> str:
    """An Australian tax file number."""
    weights = (1, 4, 3, 7, 5, 8, 6, 9, 10)
    while True:
        number = digits(rng, 9, "123456789")
        if sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11 == 0:
            return _grouped(number, 3, 3, 3)


_VERHOEFF_D = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]  # fmt: skip
_VERHOEFF_P = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _ in range(6):
    _VERHOEFF_P.append([_VERHOEFF_P[-1][x] for x in _VERHOEFF_P[1]])


def aadhaar(rng: random.Random) -> str:
    """An Indian identity number (Verhoeff)."""
    body = digits(rng, 11, "23456789")
    for check in string.digits:
        state = 0
        for place, digit in enumerate(reversed(body + check)):
            state = _VERHOEFF_D[state][_VERHOEFF_P[place % 8][int(digit)]]
        if state == 0:
            return _grouped(body + check, 4, 4, 4)
    raise AssertionError("one of ten digits checks")


def pan(rng: random.Random) -> str:
    """An Indian tax number."""
    letters = "".join(rng.choice(_UPPER) for _ in range(3))
    return f"{letters}P{rng.choice(_UPPER)}{digits(rng, 4)}{rng.choice(_UPPER)}"


def steuer_id(rng: random.Random) -> str:
    """A German tax identity number (ISO 7064 mod 11, 10): one digit stands twice or thrice."""
    chosen = rng.sample("0123456789", 9)
    while True:
        body = [*chosen, rng.choice(chosen)]
        rng.shuffle(body)
        if body[0] != "0":
            break
    product = 10
    for digit in body:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    number = "".join(body) + str((11 - product) % 10)
    return rng.choice([number, _grouped(number, 2, 3, 3, 3)])


def nir(rng: random.Random) -> str:
    """A French social security number."""
    born = f"{digits(rng, 2)}{rng.randint(1, 12):02}"
    body = f"{rng.choice('12')}{born}{rng.randint(1, 95):02}{digits(rng, 6)}"
    key = 97 - int(body) % 97
    return rng.choice([f"{body}{key:02}", f"{_grouped(body, 1, 2, 2, 2, 3, 3)} {key:02}"])


_NIF = "TRWAGMYFPDXBNJZSQVHLCKE"


def nif(rng: random.Random) -> str:
    """A Spanish identity number."""
    number = digits(rng, 8)
    return number + rng.choice(["", "-"]) + _NIF[int(number) % 23]


def nie(rng: random.Random) -> str:
    """A Spanish identity number of foreigners."""
    first, number = rng.choice("XYZ"), digits(rng, 7)
    return f"{first}{number}{_NIF[int(str('XYZ'.index(first)) + number) % 23]}"


_CF_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3,
         6, 8, 12, 14, 16, 10, 22, 25, 24, 23],
        strict=True,
    )
)  # fmt: skip


def codice_fiscale(rng: random.Random) -> str:
    """An Italian tax code."""
    consonants = "BCDFGLMNPRSTV"
    body = "".join(rng.choice(consonants) for _ in range(6))
    body += f"{rng.randint(40, 99)}{rng.choice('ABCDEHLMPRST')}{rng.randint(1, 28):02}"
    body += f"{rng.choice('ABCDFGHL')}{rng.randint(101, 989)}"
    total = sum(
        _CF_ODD[c] if place % 2 == 0 else (int(c) if c.isdigit() else ord(c) - 65)
        for place, c in enumerate(body)
    )
    return body + _UPPER[total % 26]


def cpf(rng: random.Random) -> str:
    """A Brazilian tax number."""
    number = [int(d) for d in digits(rng, 9)]
    for count in (10, 11):
        rest = sum(d * w for d, w in zip(number, range(count, 1, -1), strict=True)) * 10 % 11 % 10
        number.append(rest)
    text = "".join(map(str, number))
    return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}" if rng.random() < 0.8 else text


def bsn(rng: random.Random) -> str:
    """A Dutch citizen service number (eleven test)."""
    while True:
        number = digits(rng, 9, "12345678")
        total = sum(int(d) * w for d, w in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
        if total % 11 == 0:
            return number


def pesel(rng: random.Random) -> str:
    """A Polish identity number."""
    body = f"{rng.randint(50, 99)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{digits(rng, 4)}"
    total = sum(int(d) * w for d, w in zip(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=True))
    return body + str(-total % 10)


def inn(rng: random.Random) -> str:
    """A Russian tax number of a person."""
    number = f"{rng.randint(1, 89):02}" + digits(rng, 8)
    for weights in ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)):
        number += str(sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11 % 10)
    return number


def snils(rng: random.Random) -> str:
    """A Russian pension number."""
    body = digits(rng, 9, "123456789")
    total = sum(int(d) * (9 - place) for place, d in enumerate(body)) % 101 % 100
    return f"{_grouped(body, 3, 3, 3, by='-')} {total:02}"


def my_number(rng: random.Random) -> str:
    """A Japanese individual number."""
    body = digits(rng, 11)
    total = sum(
        int(d) * (place + 1 if place <= 6 else place - 5)
        for place, d in enumerate(reversed(body), start=1)
    )
    rest = total % 11
    number = body + str(0 if rest <= 1 else 11 - rest)
    return rng.choice([number, _grouped(number, 4, 4, 4)])


def rrn(rng: random.Random) -> str:
    """A Korean resident number."""
    born = f"{rng.randint(50, 99)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    body = f"{born}{rng.choice('12')}{digits(rng, 5)}"
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
    return f"{body[:6]}-{body[6:]}{(11 - total % 11) % 10}"


_TW = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))


def tw_id(rng: random.Random) -> str:
    """A Taiwanese identity number."""
    letter = rng.choice("ABCDEFHJKLMNPQ")
    body = rng.choice("12") + digits(rng, 7)
    code = _TW[letter]
    total = code // 10 + code % 10 * 9 + sum(int(d) * (8 - i) for i, d in enumerate(body))
    return f"{letter}{body}{-total % 10}"


def cn_id(rng: random.Random) -> str:
    """A resident identity number of China (GB 11643)."""
    area = rng.choice(
        ["110105", "320502", "440305", "510107", "330106", "210202", "430104", "610113"]
    )
    born = f"{rng.randint(1955, 2004)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    body = f"{area}{born}{digits(rng, 3)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def cn_passport(rng: random.Random) -> str:
    """A Chinese passport."""
    return rng.choice("EG") + digits(rng, 8)


def public_ip(rng: random.Random) -> str:
    """An IPv4 address that is not private."""
    return f"{rng.choice([23, 45, 78, 91, 123, 155, 178, 185, 203, 212])}." + ".".join(
        str(rng.randint(114, 250)) for _ in range(3)
    )


def ipv6(rng: random.Random) -> str:
    """A public IPv6 address."""
    groups = [f"{rng.randint(4096, 65535):x}" for _ in range(6)]
    return f"2a02:{rng.randint(256, 4095):x}:" + ":".join(groups)


def mac(rng: random.Random) -> str:
    """A hardware address."""
    by = rng.choice(":-")
    text = by.join(
        f"{rng.randint(0, 127) * 2 if i == 0 else rng.randint(0, 255):02x}" for i in range(6)
    )
    return text if rng.random() < 0.5 else text.upper()


def imei(rng: random.Random) -> str:
    """The number of a telephone set."""
    return luhn("35" + digits(rng, 12))


def vin(rng: random.Random) -> str:
    """A vehicle identification number with its check digit."""
    alphabet = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    body = [rng.choice(alphabet) for _ in range(17)]
    body[:3] = rng.choice(["1HG", "WVW", "WBA", "JTD", "5YJ", "KMH"])
    body[11:] = digits(rng, 6)
    values = {**{str(n): n for n in range(10)}, **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
              **dict(zip("JKLMN", range(1, 6), strict=True)), "P": 7, "R": 9,
              **dict(zip("STUVWXYZ", range(2, 10), strict=True))}  # fmt: skip
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(values[c] * w for c, w in zip(body, weights, strict=True))
    body[8] = "0123456789X"[total % 11]
    return "".join(body)


def bitcoin(rng: random.Random) -> str:
    """A wallet (base 58 with its check)."""
    payload = b"\0" + rng.randbytes(20)
    whole = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(whole, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "1" + text


def ethereum(rng: random.Random) -> str:
    """A wallet, in small letters."""
    return "0x" + rng.randbytes(20).hex()


def _text(
    rng: random.Random, count: int, alphabet: str = string.ascii_letters + string.digits
) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def token(rng: random.Random) -> str:
    """A key or token with a published prefix."""
    return rng.choice(
        [
            "AKIA" + _text(rng, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
            "ghp_" + _text(rng, 36),
            "glpat-" + _text(rng, 20),
            "-".join(("xoxb", digits(rng, 12), digits(rng, 12), _text(rng, 24))),
            "sk_live_" + _text(rng, 24),
            "AIza" + _text(rng, 35),
        ]
    )  # fmt: skip


def secret(rng: random.Random) -> str:
    """A secret that only the words before it announce."""
    return _text(rng, rng.choice([24, 32, 40]))


def password(rng: random.Random) -> str:
    """A password."""
    words = ["tulip", "Falcon", "winter", "Rhubarb", "copper", "Lagoon", "pepper", "Orbit"]
    return f"{rng.choice(words)}{rng.choice('!#$%&?')}{rng.choice(words)}{rng.randint(10, 9999)}"


#: Slots of templates: the entity, and who draws.
NUMBERS: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "card": ("CREDIT_CARD", card),
    "unionpay": ("CREDIT_CARD", union_pay),
    "ssn": ("US_SSN", ssn),
    "nino": ("UK_NINO", nino),
    "sin": ("CA_SIN", sin),
    "tfn": ("AU_TFN", tfn),
    "aadhaar": ("IN_AADHAAR", aadhaar),
    "pan": ("IN_PAN", pan),
    "steuerid": ("DE_TAX_ID", steuer_id),
    "nir": ("FR_NIR", nir),
    "nif": ("ES_NIF", nif),
    "nie": ("ES_NIE", nie),
    "codice": ("IT_FISCAL_CODE", codice_fiscale),
    "cpf": ("BR_CPF", cpf),
    "bsn": ("NL_BSN", bsn),
    "pesel": ("PL_PESEL", pesel),
    "inn": ("RU_INN", inn),
    "snils": ("RU_SNILS", snils),
    "mynumber": ("JP_MY_NUMBER", my_number),
    "rrn": ("KR_RRN", rrn),
    "twid": ("TW_ID", tw_id),
    "cnid": ("CN_ID", cn_id),
    "cnpassport": ("CN_PASSPORT", cn_passport),
    "ip": ("IP_ADDRESS", public_ip),
    "ipsix": ("IP_ADDRESS", ipv6),
    "mac": ("MAC_ADDRESS", mac),
    "imei": ("IMEI", imei),
    "vin": ("VIN", vin),
    "btc": ("CRYPTO", bitcoin),
    "eth": ("CRYPTO", ethereum),
    "token": ("SECRET", token),
    "secret": ("SECRET", secret),
    "password": ("SECRET", password),
}
