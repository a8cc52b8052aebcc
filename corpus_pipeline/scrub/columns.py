"""The columns that *scrub* fills: how much of each kind was replaced."""

import pyarrow as pa

MEASURE_BY_ENTITY = {
    "EMAIL_ADDRESS": ("pii_email", "mail addresses"),
    "PHONE_NUMBER": ("pii_phone", "telephone numbers"),
    "IP_ADDRESS": ("pii_ip", "public IPv4 and IPv6 addresses"),
    "CREDIT_CARD": ("pii_credit_card", "payment card numbers (Luhn)"),
    "IBAN_CODE": ("pii_iban", "international bank account numbers (mod 97)"),
    "CN_ID": ("pii_cn_id", "resident identity numbers of China (GB 11643)"),
}

#: How many identifiers of each type were replaced. Null where the text is null.
PII_MEASURES = pa.schema(
    [
        pa.field(name, pa.int32(), metadata={"meaning": f"{meaning} replaced in the text"})
        for name, meaning in MEASURE_BY_ENTITY.values()
    ]
)
