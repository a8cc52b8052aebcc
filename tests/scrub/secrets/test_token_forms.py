"""Forms of tokens as services and published rules give them, written out apart from the table.

A template is a token whose random parts are drawn: {a40} is forty letters and digits.
"""

import random
import re

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.secrets import load_finder
from corpus_pipeline.scrub.secrets.rules import load_rules
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers

_DIGITS, _LOWER = "0123456789", "abcdefghijklmnopqrstuvwxyz"
_DRAWN = {
    "d": _DIGITS,
    "h": _DIGITS + "abcdef",
    "l": _DIGITS + _LOWER,
    "U": _DIGITS + _LOWER.upper(),
    "a": _DIGITS + _LOWER + _LOWER.upper(),
    "b": _DIGITS + _LOWER + _LOWER.upper() + "+/",
    "u": _DIGITS + _LOWER + _LOWER.upper() + "-_",
    "t": "234567" + _LOWER,
}
_UUID = "{h8}-{h4}-{h4}-{h4}-{h12}"


def drawn(template: str) -> str:
    """A token of a template; the same template gives the same token."""
    source = random.Random(template)

    def run(match: re.Match[str]) -> str:
        letters = _DRAWN[match[1]]
        # A sign at either end could be read as one that is no part of the token.
        ends = [letter for letter in letters if letter.isalnum()]
        inside = "".join(source.choice(letters) for _ in range(int(match[2]) - 1))
        return (source.choice(ends) + inside)[: int(match[2]) - 1] + source.choice(ends)

    return re.sub(r"\{(\w)(\d+)\}", run, template)


def found(text: str) -> list[str]:
    buffers = utf8_buffers(pa.array([text], pa.string()))
    spans = load_finder(frozenset({"SECRET"}), FinderOptions()).find(buffers, [None])
    return [
        bytes(buffers.data[start:end]).decode()
        for _, start, end in zip(*spans[:3], strict=True)
    ]  # fmt: skip


FORMS = [
    ("AWS Bedrock short-term key", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{b700}="),
    ("AWS AppSync key", "da2-{l26}"),
    ("Google OAuth access token", "ya29.{u900}"),
    ("Google OAuth refresh token", "1//x{u42}"),
    ("Google OAuth refresh token", "1//0{u100}"),
    ("Google Gemini key", "AQ.Ab8RN6{u44}"),
    ("Google Storage key", "GOOG1E{U55}"),
    ("GitHub refresh token", "ghr_{a76}"),
    ("GitHub installation token", "ghs_{d7}_eyJ{u120}.{u250}.{u86}"),
    ("GitHub token", "ghs_{a36}"),
    ("GitLab agent token", "glagent-{u80}"),
    ("GitLab job token", "glcbt-{a2}_{u32}"),
    ("GitLab runner registration token", "GR1348941{u30}"),
    ("Slack configuration token", "xoxe.xoxp-1-{a166}"),
    ("Slack configuration refresh token", "xoxe-1-{a147}"),
    ("Hugging Face token", "hf_{a34}"),
    ("Replicate token", "r8_{a37}"),
    ("Groq key", "gsk_{a52}"),
    ("xAI key", "xai-{a80}"),
    ("xAI key", "xai-token-{a80}"),
    ("Perplexity key", "pplx-{a48}"),
    ("NuGet key", "oy2{t43}"),
    ("SendGrid key", "SG.{u22}.{u43}"),
    ("Square token", "sq0csp-{u43}"),
    ("Square access token", "EAAA{u60}"),
    ("Heroku key with a UUID", f"HRKU-{_UUID}"),
    ("Notion token", "ntn_{d11}{a35}"),
    ("Atlassian application password", "ATBB{a32}"),
    ("Postman collection key", "PMAT-{U26}"),
    ("New Relic user key", "NRAK-{U27}"),
    ("New Relic insights key", "NRIQ-{u32}"),
    ("New Relic browser key", "NRJS-{h19}"),
    ("New Relic REST key", "NRRA-{h42}"),
    ("New Relic license key", "{h32}{U4}NRAL"),
    ("Sentry token", "sntryi_{h64}"),
    ("Doppler token", "dp.scim.{a43}"),
    ("Doppler token", "dp.audit.{a43}"),
    ("Dynatrace token", "dt0s16.{U24}.{U64}"),
    ("Flutterwave key", "FLWSECK-{a32}-X"),
    ("Fly.io token", "fm2_lJPECAAAAAAAA{b400}=="),
    ("Fly.io short token", "fo1_{u43}"),
    ("1Password recovery key", "1PRK" + "-{U4}" * 13),
    ("JFrog key", "AKCp{a68}"),
    ("Azure AD client secret", "{a3}8Q~{a34}"),
    ("Azure key of 84 characters", "{a52}JQQJ99BKACAAAAAAAAAAAAASAZDO{a4}"),
    ("Azure key of 64 bytes", "{b76}+ASt{b5}A=="),
    ("Azure key of 64 bytes", "{b76}ACDb{b5}A=="),
    ("Azure key of 32 bytes", "{b33}+AEh{b6}="),
    ("Azure Function key", "{u44}AzFu{u5}A=="),
    ("Azure Search key", "{a42}AzSe{a6}"),
    ("Azure Container Registry key", "{b42}+ACR{b6}"),
    ("Supabase token", "sbp_{h40}"),
    ("Supabase secret key", "sb_secret_{u22}_{a8}"),
    ("Netlify token", "nfp_{a44}"),
    ("Vercel token", "vci_{u56}"),
    ("Vercel Blob token", "vercel_blob_rw_{a16}_{a30}"),
    ("Figma token", "figd_{u40}"),
    ("Buildkite user token", "bkua_{l53}"),
    ("Buildkite service token", "bkct_{u73}"),
    ("Buildkite service token", "bkaj_{u333}"),
    ("Contentful token", "CFPAT-{u43}"),
    ("Typeform token", "tfp_{a44}_{a14}"),
    ("Tailscale key", "tskey-webhook-{a12}-{a18}"),
    ("Cloudflare token", "cfut_{a40}{h8}"),
    ("Volcengine access key", "AKLT{u47}"),
    ("Firebase messaging key", "AAAA{u7}:APA91b{u134}"),
    ("Mapbox token", "tk.eyJ{u80}.{u22}"),
    ("Dropbox token", "sl.u.AF{u1100}"),
    ("NVIDIA key", "nvapi-{u64}"),
    ("Tavily key", "tvly-{a32}"),
    ("Tavily key", "tvly-dev-{a6}-{a42}"),
    ("Pinecone key", "pcsk_{a5}_{a63}"),
    ("Sourcegraph token of an instance", "sgp_{h16}_{h40}"),
    ("Segment token", "sgp_{a64}"),
    ("RunPod key", "rpa_{U40}{a6}"),
    ("PostHog personal key", "phx_{a47}"),
    ("HubSpot private application token", f"pat-ap1-{_UUID}"),
    ("Apify token", "apify_api_{a36}"),
    ("Neon key", "napi_{l64}"),
    ("Baidu Cloud key", "bce-v3/ALTAK-{a21}/{h40}"),
    ("Deno Deploy token", "ddo_{a36}"),
    ("Polar token", "polar_pat_{a43}"),
    ("Midtrans server key", "SB-Mid-server-{u24}"),
    ("DingTalk signing secret", "SEC{h64}"),
    ("Adobe client secret", "p8e-{a32}"),
    ("ElevenLabs key", "sk_{h48}"),
    ("Jina key", "jina_{a60}"),
    ("Weights & Biases key", "wandb_v1_{a77}"),
    ("Cursor key", "key_{h64}"),
    ("Elastic Cloud key", "essu_{b91}="),
    ("Confluent secret", "cflt{b60}"),
    ("ClickHouse Cloud key", "4b1d{a38}"),
    ("CockroachDB Cloud key", "CCDB1_{a22}_{a40}"),
    ("Packagist token", "packagist_ort_{h68}"),
    ("SonarQube token", "squ_{h40}"),
    ("TeamCity token", "eyJ0eXAiOiAiVENWMiJ9.{u36}.{u48}"),
    ("Salesforce session", "00D{a12}!AQ{a94}"),
    ("OneSignal key", "os_v2_app_{t103}"),
    ("Paddle key", "pdl_sdbx_apikey_{l26}_{a22}_{a3}"),
    ("Render key", "rnd_{a28}"),
    ("Riot Games key", f"RGAPI-{_UUID}"),
]


@pytest.mark.parametrize(("name", "template"), FORMS)
def test_token_of_a_form(name: str, template: str) -> None:
    assert name in {rule.name for rule in load_rules()}
    token = drawn(template)
    # No word beside it names a secret: it is found by its form.
    assert found(f"see {token} here") == [token]
    assert found(f"见“{token}”。") == [token]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("_gitlab_session={}; path=/", "{l32}"),
        ("Authorization: aivenv1 {}", "{b372}"),
    ],
)
def test_token_behind_its_name(text: str, secret: str) -> None:
    token = drawn(secret)
    assert found(text.format(token)) == [token]


def test_secret_beside_a_storage_key() -> None:
    key, secret = drawn("GOOG1E{U55}"), drawn("{b40}")
    assert found(f"{key}, {secret}\n") == [key, secret]


@pytest.mark.parametrize(
    "template",
    [
        f"mob-{_UUID}",  # its service says that it need not be secret
        "JQQJ99{a74}",  # what stands before the mark of an Azure key is missing
        "{a3}xQ~{a34}",
        "aivenv1{a80}",  # the word of a header, not the begin of a token
        "EAAA{u30}",
        "ntn_{a46}x",
        "SG.{u16}.{u32}",
        "oy2{U43}",
    ],
)
def test_what_has_no_form(template: str) -> None:
    assert found(f"see {drawn(template)} here") == []
