"""Chinese texts in one kind of characters, by OpenCC: phrase by phrase, longest match first.

头发 and 发展 are 頭髮 and 發展: characters that are one in simplified Chinese are told apart by the
phrase. Vocabulary stays (软件 becomes 軟件, not 軟體).

Japanese and Korean texts have Han characters too, which must stay as they are. A text is Chinese if
most of its East Asian letters are Han: of ten, less than one kana and less than one Hangul. `jp2t`
is for Japanese ones: it takes every text with a Han character.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import utf8_buffers

#: What is wanted -> OpenCC's configuration; every other name is one of OpenCC's itself.
CONFIGURATIONS = {"simplified": "t2s", "traditional": "s2t", "taiwan": "s2tw", "hongkong": "s2hk"}
#: OpenCC's configuration whose texts are Japanese.
_JAPANESE = "jp2t"


def load_converter(wanted: str) -> Any:
    """Returns OpenCC's converter to one of `CONFIGURATIONS`, or by a configuration of its own.

    OpenCC's lists of characters that hardly any font has stay out; a few of its phrases have some.

    Raises:
        ConfigError: OpenCC is not installed.

    >>> load_converter("taiwan").convert("头发和发展，软件里面")
    '頭髮和發展，軟件裡面'
    >>> load_converter("s2twp").convert("头发和发展，软件里面")
    '頭髮和發展，軟體裡面'
    """
    try:
        from opencc import OpenCC
    except ImportError:
        raise ConfigError(
            "repair.chinese: OpenCC is not installed; pip install 'corpus-pipeline[repair]'"
        ) from None
    name = CONFIGURATIONS.get(wanted, wanted)
    return OpenCC(name, include_tofu_risk_dictionaries=False)


@kernel
def _find(data, offsets, chinese):  # type: ignore[no-untyped-def]
    """Fills `chinese`, bool[N]."""
    for row in range(len(offsets) - 1):
        i = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        han = np.int64(0)
        kana = np.int64(0)
        hangul = np.int64(0)
        while i < stop:
            b = data[i]
            # Of Han, kana and Hangul; three bytes each. Other Han are too rare to tell.
            if 0xE1 <= b <= 0xED:
                code_point = (
                    (np.int64(b) & 0x0F) << 12
                    | (np.int64(data[i + 1]) & 0x3F) << 6
                    | (np.int64(data[i + 2]) & 0x3F)
                )
                han += 0x3400 <= code_point <= 0x9FFF and not 0x4DC0 <= code_point < 0x4E00
                kana += 0x3040 <= code_point <= 0x30FF and code_point != 0x30FB
                hangul += 0xAC00 <= code_point <= 0xD7A3 or 0x1100 <= code_point <= 0x11FF
                i += 3
            else:
                i += 1
        all_of_them = han + kana + hangul
        chinese[row] = han > 0 and 10 * kana < all_of_them and 10 * hangul < all_of_them


def find_chinese(texts: pa.Array) -> NDArray[np.bool_]:
    """Says which texts are Chinese by their characters; false for null.

    >>> find_chinese(pa.array(["头发 and hair", "髪の毛が長い", "머리 頭", "hair", None])).tolist()
    [True, False, False, False, False]
    """
    data, offsets = utf8_buffers(texts)
    chinese = np.zeros(len(texts), np.bool_)
    _find(data, offsets, chinese)
    return chinese


def find_convertible(texts: pa.Array, wanted: str) -> NDArray[np.bool_]:
    """Says which texts a conversion is for: Chinese ones, of `jp2t` all with a Han character.

    >>> texts = pa.array(["髪の毛が長い", "头发", "hair", None])
    >>> find_convertible(texts, "jp2t").tolist(), find_convertible(texts, "t2s").tolist()
    ([True, True, False, False], [False, True, False, False])
    """
    if wanted != _JAPANESE:
        return find_chinese(texts)
    found = pc.fill_null(pc.match_substring_regex(texts, r"\p{Han}"), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)
