"""Writes corpus_pipeline/scrub/postal/cjk_places.txt: administrative names of China, Taiwan, Hong
Kong and Japan.

The names of China are those of GB/T 2260 as the package `cpca` (MIT) has them. Run with the path of
its file: python tools/make_cjk_places.py .../cpca/resources/adcodes.csv
"""

import csv
import re
import sys
import textwrap
from pathlib import Path

from corpus_pipeline.scrub.postal.cjk_folding import fold_address

TARGET = Path(__file__).parents[1] / "corpus_pipeline/scrub/postal/cjk_places.txt"

#: Counties and cities of Taiwan; districts of Hong Kong and Macau and places that are written
#: without their district.
TAIWAN = (
    "臺北市 新北市 桃園市 臺中市 臺南市 高雄市 基隆市 新竹市 嘉義市 新竹縣 苗栗縣 彰化縣 "
    "南投縣 雲林縣 嘉義縣 屏東縣 "
    "宜蘭縣 花蓮縣 臺東縣 澎湖縣 金門縣 連江縣 桃園縣 臺北縣 臺中縣 臺南縣 高雄縣 台灣"
)
HONG_KONG = (
    "香港 香港島 九龍 新界 九龙 中西區 灣仔區 油尖旺區 深水埗區 九龍城區 黃大仙區 觀塘區 "
    "葵青區 荃灣區 屯門區 "
    "元朗區 大埔區 沙田區 西貢區 離島區 中環 金鐘 灣仔 銅鑼灣 北角 鰂魚涌 筲箕灣 柴灣 "
    "尖沙咀 旺角 油麻地 深水埗 "
    "長沙灣 荔枝角 觀塘 九龍灣 九龍塘 紅磡 黃大仙 鑽石山 牛頭角 葵涌 葵芳 青衣 荃灣 屯門 "
    "元朗 天水圍 粉嶺 上水 大埔 "
    "沙田 馬鞍山 將軍澳 西貢 澳門 澳门 氹仔 路環"
)

#: Regions whose short names do not follow from their full ones.
REGIONS = "内蒙古 新疆 广西 宁夏 西藏 香港 澳门"

#: What stands between a name and the kind of its unit: peoples.
_PEOPLES = re.compile(
    "(?:(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|"
    "拉祜|水|东乡|纳西|景颇|"
    "柯尔克孜|土|达斡尔|仫佬|羌|撒拉|毛南|仡佬|锡伯|阿昌|塔吉克|怒|鄂温克|裕固|保安|独龙|"
    "鄂伦春|满|各)族|"
    "蒙古|哈萨克|柯尔克孜)+$"
)
_KIND = re.compile("(?:特别行政区|自治区|自治州|地区|省|市|盟)$")


def short_names(name: str) -> set[str]:
    """Returns a province's, city's or league's name without its kind, if that is a name."""
    bare = _PEOPLES.sub("", _KIND.sub("", name))
    return {bare} if len(bare) > 1 and bare != name else set()


def main() -> None:
    """Writes the file."""
    names: set[str] = set(f"{TAIWAN} {HONG_KONG} {REGIONS}".split())
    names |= {name[:-1] for name in TAIWAN.split() if name[-1] in "市縣"}
    with Path(sys.argv[1]).open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            code, name = row["adcode"], row["name"]
            if "直辖" in name or len(name) == 1 or name == "市辖区" or re.fullmatch(".区", name):
                continue
            names.add(name)
            if code[4:6] == "00" or name.endswith("市"):
                names |= short_names(name)
    folded = sorted({fold_address(name) for name in names})
    TARGET.write_text("\n".join(textwrap.wrap(" ".join(folded), 100)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
