"""One form for the characters of an address: widths, dashes and traditional forms.

Each character is replaced by one, so places stay what they were.
"""

#: Traditional (and Japanese) forms of what names of administrative units, roads and buildings end
#: with, and of the characters of provinces and cities.
_TRADITIONAL = (
    "縣县 區区 鄉乡 鎮镇 號号 樓楼 層层 棟栋 單单 園园 廈厦 廣广 場场 灣湾 莊庄 鄰邻 門门 "
    "戶户 戸户 組组 隊队 臺台 東东 館馆 國国 際际 業业 產产 龍龙 馬马 "
    "蘇苏 雲云 貴贵 陝陕 遼辽 寧宁 內内 肅肃 慶庆 長长 鄭郑 濟济 瀋沈 漢汉 錫锡 揚扬 紹绍 "
    "興兴 溫温 義义 蘭兰 蓮莲 連连 彥彦 爾尔 島岛 陽阳 蘆芦 無无 開开 "
    "黃黄 澤泽 邊边 營营 鐵铁 錦锦 盤盘 齊齐 雞鸡 鷄鸡 鶴鹤 雙双 綏绥 蕪芜 銅铜 贛赣 棗枣 "
    "濱滨 萊莱 煙烟 濰潍 許许 荊荆 婁娄 張张 懷怀 頭头 欽钦 賀贺 達达 "
    "資资 麗丽 臨临 鹽盐 軒轩 閣阁 鋪铺 舖铺 鐘钟 衚胡 橋桥 嶺岭 聯联 華华 壯壮 維维 縂总 "
    "總总 網网 車车 郵邮 編编 遞递 碼码 電电 話话 傳传 絡络 處处 於于 "
    "為为 與与 從从 這这 們们 個个 來来 對对 將将 會会 說说"
)

_FOLDS = {
    **{0xFF01 + offset: chr(0x21 + offset) for offset in range(94)},
    **dict.fromkeys([0x3000, 0xA0, 0x2002, 0x2003, 0x2009], " "),
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-"),
    0x301C: "~",
    **{ord(pair[0]): pair[1] for pair in _TRADITIONAL.split()},
}


def fold_address(text: str) -> str:
    """Folds the characters of an address one by one.

    >>> fold_address("臺北市信義區市府路１號３樓－２")
    '台北市信义区市府路1号3楼-2'
    """
    return text.translate(_FOLDS)
