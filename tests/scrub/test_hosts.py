"""IP addresses, and dotted numbers that are none."""

import pytest

from corpus_pipeline.scrub.candidates import IP
from corpus_pipeline.scrub.detectors import Detectors, load_detectors, resolve_overlaps


@pytest.fixture(scope="module")
def detectors() -> Detectors:
    return load_detectors(["IP_ADDRESS"])


def found(detectors: Detectors, text: str) -> list[str]:
    findings = resolve_overlaps(detectors.find_checked(text, IP))
    return [text[start:end] for start, end, _ in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("服务器93.184.216.34在线", ["93.184.216.34"]),
        ("地址９３．１８４．２１６．３４。", ["９３．１８４．２１６．３４"]),
        ("from 93.184\u200b.216.34", ["93.184\u200b.216.34"]),
        ("地址：2606:4700:4700:0:0:0:0:1111，", ["2606:4700:4700:0:0:0:0:1111"]),
        ("ping 2606:4700::1111, [2606:4700::6810:84e5]:443.",
         ["2606:4700::1111", "2606:4700::6810:84e5"]),
        ("IP:2606:4700::1111 Source:2606:4700::1112", ["2606:4700::1111", "2606:4700::1112"]),
        ("::ffff:93.184.216.34", ["::ffff:93.184.216.34"]),
        ("http://93.184.216.34:80/", ["93.184.216.34"]),
        ('ip = "93.184.216.34"', ["93.184.216.34"]),
        ("93.184.216.1-93.184.216.34", ["93.184.216.1", "93.184.216.34"]),
        ("93.184.216.34 - - [10/Oct/2000]", ["93.184.216.34"]),
        ("from 12.30.1.14 port 22，地址12.30.1.15", ["12.30.1.14", "12.30.1.15"]),
    ],
)  # fmt: skip
def test_addresses(detectors: Detectors, text: str, expected: list[str]) -> None:
    assert found(detectors, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "版本12.34.56.78，版本号 12.34.56.78，第12.34.56.78条",
        "version 12.34.56.78, Firefox/12.34.56.78, section 12.34.56.78, §12.34.56.78",
        "opencv==45.51.2.52, base >=44.8.2.51, ^12.34.56.78",
        "build-depends: base >= 12.34.56.78 && < 13",
        "libx.so.12.34.56.78 x-12.34.56.78.tar.gz 12.34.56.78-SNAPSHOT 12.34.56.78-1+b2",
        "<version>12.34.56.78</version> com.example:name:12.34.56.78",
        "12.34.56.78及以上, 12.34.56.78 or later",
        "see 12.30.1.14 and 3.2.11.5",
        "1.2.3.4 and 8.8.8.8",
        "11.22.33.44.55 and 999.1.1.1 and 93.184.216.0/24",
        "ab::cd std::vector a::b 12:34:56 2001:41d0::/32",
        "12:34:56:78:9a:bc:de:f0 and 00:1b:44:11:3a:b7",
    ],
)
def test_no_addresses(detectors: Detectors, text: str) -> None:
    assert found(detectors, text) == []
