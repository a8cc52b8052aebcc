"""Words that announce a Chinese name or follow one, by class.

The lists are of simplified characters; text is compared after folding to them.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from corpus_pipeline.scrub.persons.cjk_tables import (
    WordTable,
    dictionary,
    surname_list,
    word_list,
)

#: Classes of cues before a name.
FIELD, SELF, ROLE, KIN, JOINED = 1, 2, 3, 4, 5
#: Classes of cues behind a name.
TITLE, SPEECH, FOLLOWED, THING, ACTION = 1, 2, 3, 4, 5

#: What a cue of each class adds to a score, in 1/COST_UNITS (a factor of e is 6).
BEFORE_BONUS = np.array([0, 24, 24, 18, 14, 4], np.int64)
AFTER_BONUS = np.array([0, 24, 16, 4, -36, 12], np.int64)

FIELDS = word_list("fields")
SELVES = word_list("selves")
ROLES = word_list("roles")
_PRIVATE_ROLES = frozenset(word_list("private roles"))
_PUBLIC_ROLES = frozenset(word_list("public roles"))

KINS = word_list("kins")
JOINS = word_list("joins")
TITLES = word_list("titles")
SPEECHES = word_list("speeches")
ACTIONS = word_list("actions")
FOLLOWS = word_list("follows")
#: Forms of address, by which persons are called behind the surname alone, and letters before it.
ADDRESSES = word_list("addresses")
NICKS = ("小", "老")
THINGS = word_list("things")
#: Characters of foreign names in Chinese letters; a name that goes on with them is a piece of one.
FOREIGN = (
    "阿埃奥巴贝比波勃布茨达德迪蒂厄尔法菲费弗夫盖戈格哈赫霍基吉加卡凯科克库拉莱勒里利卢鲁罗洛马玛姆穆纳娜内尼妮"
    "黎及多涅诺帕佩皮珀普奇恰切萨塞桑沙舍施史斯丝索塔坦特廷托瓦韦维沃乌希锡休亚耶伊扎兹"
)

#: These and others that may stand in such a name.
ABROAD_LETTERS = frozenset(
    FOREIGN + "奈萝范蔻菈崔凡肖芬翠琪琦雯尤戚缪骆鲍裴娄弥昆奎蒂碧婷婕娥钦舒司思汤皇咪咯甫希"
    "哥京翰得耳鲍甸茜嘉芝珊薛菜葛柯桃敏洁蜜美妲蒲潘柏巩克松森蓝竺钮顿内维本鸠庇邓"
    "艾爱安昂班本彼伯博查戴丹登丁杜多恩芬福甘冈根贡古海汉亨胡华惠杰金坎康考肯夸兰朗劳雷列林琳留路伦曼梅门蒙米"
    "密明莫默宁纽农努欧潘彭平普齐钱乔琴丘让热日荣茹瑞山绍圣泰唐陶提图万旺威魏温文武西夏肖谢辛雅延扬叶依易因英尤约泽詹"
    "珍朱卓兹佐滕狄更富吕苏娅妮娃姬露丽莉莲黛芙芭蓓蕾薇翁雨果歇塔高莱布索菲凯瑟琳尚冉贾居邦朱熊敦顿宾逊茨岑迈桂赛隆乌"
    "买热孜扎合木提汗麦力旦迪古帕肉吾斯艳则玉素甫拜格柔江益仁央吉卓玛次仁多旺堆桑珠顿洛措姆罗嘉措尼玛扎西平措"
)


def _table(classes: dict[int, Sequence[str]]) -> WordTable:
    return dictionary({word: number for number, words in classes.items() for word in words})


@cache
def before_cues() -> WordTable:
    """Returns classes of words before a name.

    >>> len(before_cues().keys) > 500
    True
    """
    offices = {*ROLES, *KINS}
    fields = [
        word
        for word in FIELDS
        if word in _PRIVATE_ROLES
        or (word[-1] in "人名者" and word not in _PUBLIC_ROLES)
        or word not in offices
    ]
    return _table({JOINED: JOINS, KIN: KINS, ROLE: ROLES, SELF: SELVES, FIELD: fields})


@cache
def after_cues() -> WordTable:
    """Returns classes of words behind a name.

    >>> len(after_cues().keys) > 200
    True
    """
    return _table(
        {THING: THINGS, FOLLOWED: FOLLOWS, ACTION: ACTIONS, SPEECH: SPEECHES, TITLE: TITLES}
    )


#: Bits of a word of `labels`: it is a field of a form, a name may follow it without a sign.
LABELS, GLUES = 1, 2


@cache
def labels() -> WordTable:
    """Returns the words that a name follows: see `LABELS` and `GLUES`.

    >>> len(labels().keys) > 200
    True
    """
    entries = dict.fromkeys(
        (*FIELDS, *word_list("signed fields"), *word_list("short fields")), LABELS
    )
    for word in (*(w for w in FIELDS if w[-1] in "人名者主"), *word_list("glued")):
        entries[word] = entries.get(word, 0) | GLUES
    # 车主为刀岩温
    for word in [word for word in entries if word[-1] in "人名者主" and len(word) < 6]:
        entries[word + "为"] = entries[word + "是"] = GLUES
    for word in (*SELVES, *KINS, *_PRIVATE_ROLES):
        if len(word) > 1:
            entries[word] = entries.get(word, 0) | GLUES
    return dictionary(entries)


@cache
def minority_parts() -> WordTable:
    """Returns parts of names of minorities.

    >>> len(minority_parts().keys) > 200
    True
    """
    return _table({1: word_list("minority parts")})


@cache
def addresses() -> WordTable:
    """Returns forms of address.

    >>> len(addresses().keys) > 100
    True
    """
    return dictionary(dict.fromkeys(ADDRESSES, 1))


#: Words of a person's numbers and dwelling.
CONTACT_WORDS = (
    "身份证", "身份證", "公民身份", "电话", "電話", "手机", "手機", "微信", "邮箱", "住址", "户籍",
    "家住", "住所", "出生于", "护照", "银行卡", "账号", "帐号",
)  # fmt: skip

#: Names of firms and wares, and of places, in the form of a person's.
FIRMS = frozenset(word_list("firms"))
PLACES = frozenset(word_list("name places"))

#: Values of fields that are no names, other fields among them.
NO_NAMES = frozenset((*word_list("no names"), *FIELDS, *word_list("signed fields")))


_SURNAMES = surname_list("cjk_surnames.txt")
SURNAMES = frozenset(name for name in _SURNAMES if len(name) == 1)
COMPOUND_SURNAMES = frozenset(name for name in _SURNAMES if len(name) == 2)
#: Surnames that are seldom, or whose character is mostly something else.
RARE_SURNAMES = frozenset(surname_list("cjk_rare_surnames.txt"))
