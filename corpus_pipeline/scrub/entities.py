"""The kinds of personal data: the one list from which names, columns, finders and docs follow."""

from typing import NamedTuple


class Entity(NamedTuple):
    """One kind of personal data."""

    name: str
    """Presidio's name where it has one."""
    column: str
    """The column that counts it; several kinds share one."""
    family: str
    """Who finds it: a module or package of this room with a function
    `load_finder(entities: frozenset[str], options: FinderOptions) -> Finder`."""
    certainty: int
    """Of two findings that cross, the one of greater certainty stays whole: 3 a check digit or a
    published prefix, 2 a form, 1 words."""
    default: bool = True
    """Looked for where the configuration names no kinds."""


#: The columns that *scrub* fills: what they count.
COLUMNS = {
    "pii_email": "mail addresses",
    "pii_phone": "telephone numbers",
    "pii_ip": "public IPv4 and IPv6 addresses",
    "pii_credit_card": "payment card numbers (Luhn)",
    "pii_iban": "international bank account numbers (mod 97)",
    "pii_cn_id": "resident identity numbers of China (GB 11643)",
    "pii_person": "names of persons",
    "pii_address": "postal addresses",
    "pii_national_id": "numbers by which a state knows persons, but that of China",
    "pii_birth_date": "dates of birth",
    "pii_vehicle": "licence plates and vehicle identification numbers",
    "pii_device": "MAC addresses and IMEI numbers",
    "pii_crypto": "addresses of crypto wallets",
    "pii_secret": "keys, tokens and passwords",
    "pii_handle": "handles such as @name",
    "pii_other": "findings of recognizers that are not the package's",
}

#: In the order of their bits in `candidates`, for the first six; of two equally long findings of
#: equal certainty the later is the right one.
TABLE: tuple[Entity, ...] = (
    Entity("EMAIL_ADDRESS", "pii_email", "numbers", 2),
    Entity("PHONE_NUMBER", "pii_phone", "numbers", 2),
    Entity("IP_ADDRESS", "pii_ip", "numbers", 2),
    Entity("CREDIT_CARD", "pii_credit_card", "numbers", 3),
    Entity("IBAN_CODE", "pii_iban", "numbers", 3),
    Entity("CN_ID", "pii_cn_id", "numbers", 3),
    Entity("PERSON", "pii_person", "persons", 1, default=False),
    Entity("ADDRESS", "pii_address", "postal", 1, default=False),
    Entity("DATE_OF_BIRTH", "pii_birth_date", "identifiers", 1, default=False),
    Entity("URL_USERINFO", "pii_secret", "secrets", 3, default=False),
    Entity("SECRET", "pii_secret", "secrets", 3, default=False),
    Entity("HANDLE", "pii_handle", "secrets", 1, default=False),
)

ENTITIES: tuple[str, ...] = tuple(entity.name for entity in TABLE)
INDEX: dict[str, int] = {name: index for index, name in enumerate(ENTITIES)}
