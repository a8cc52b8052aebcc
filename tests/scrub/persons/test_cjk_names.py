"""Names of persons in Chinese, Japanese and Korean letters; all persons here are invented."""

import numpy as np
import pyarrow as pa
import pytest

from corpus_pipeline.scrub.persons.cjk import find_cjk_persons
from corpus_pipeline.text.columns import utf8_buffers


def names(text: str, everyone: bool = True, language: str | None = None) -> list[str]:
    """Returns what is found in one text."""
    buffers = utf8_buffers(pa.array([text]))
    spans = find_cjk_persons(buffers, [language], everyone)
    return [
        bytes(buffers.data[a:b]).decode() for a, b in zip(spans.starts, spans.ends, strict=True)
    ]


#: Text, all persons, private persons.
CHINESE = [
    # Fields of forms.
    ("姓名：张晓梅 性别：女 电话：13912345678", ["张晓梅"], ["张晓梅"]),
    ("姓名:欧阳雪晴", ["欧阳雪晴"], ["欧阳雪晴"]),
    ("联系人：赵翊钧，微信同号", ["赵翊钧"], ["赵翊钧"]),
    ("收件人邹小红（电话：139 0239 0578）", ["邹小红"], ["邹小红"]),
    ("被告人柳承泽，公民身份号码110105199001011234", ["柳承泽"], ["柳承泽"]),
    ("户名农平，开户行地址江西", ["农平"], ["农平"]),
    ("**联系人**：韩 雪", ["韩 雪"], ["韩 雪"]),
    ("作者：李沐阳、王栩然", ["李沐阳", "王栩然"], ["李沐阳", "王栩然"]),
    ("聯絡人：陳怡君\n電話：0912-345-678", ["陳怡君"], ["陳怡君"]),
    ("姓名：必填\n联系人：销售部", [], []),
    ("我是招商银行的张晓梅", ["张晓梅"], ["张晓梅"]),
    ("你好，我是物业的刘芳", ["刘芳"], ["刘芳"]),
    ("我是中国的高中学生，我是学校的老师", [], []),
    # Tables.
    (
        "姓名\t手机\n刘玉华\t13812345678\n胡萍\t13912345678\n",
        ["刘玉华", "胡萍"],
        ["刘玉华", "胡萍"],
    ),
    (
        "| 编号 | 姓名 |\n| 1 | 诸葛文涛 |\n| 2 | 周乐 |\n",
        ["诸葛文涛", "周乐"],
        ["诸葛文涛", "周乐"],
    ),
    # Roles and titles.
    ("值班工程师杨帅到场，司机邹小红当场报警。", ["杨帅", "邹小红"], ["邹小红"]),
    ("感谢吕思源老师的指导，也感谢范晓彤女士。", ["吕思源", "范晓彤"], []),
    ("記者陳雅婷報導，蔡志豪表示遺憾。", ["陳雅婷", "蔡志豪"], []),
    # People name themselves, or a number stands beside.
    ("大家好，我叫孙梓涵，今年十岁。", ["孙梓涵"], ["孙梓涵"]),
    # Names that lists of words have as well, whole or the given name.
    ("我叫王建国，今年三十岁。", ["王建国"], ["王建国"]),
    ("我是招商银行的王建国，工号八千。", ["王建国"], ["王建国"]),
    ("王卫国同志和张建国教授到了。", ["王卫国", "张建国"], []),
    # A word and the ending of those who do it.
    ("我是高中生，她是钟点工。", [], []),
    ("可以打13812345678找高子墨。", ["高子墨"], []),
    ("高欣悦，手机13812345678。", ["高欣悦"], ["高欣悦"]),
    # Prose: borders and words.
    ("王志强说，李秀华和张建伟的书都卖完了。", ["王志强", "李秀华", "张建伟"], []),
    ("约翰·史密斯会见了弗拉基米尔·彼得罗夫。", ["约翰·史密斯", "弗拉基米尔·彼得罗夫"], []),
    ("我妻子林晓雯和儿子林子轩都来了。", ["林晓雯", "林子轩"], []),
    # Words across borders, machines, places and pieces of foreign names, in a text with names.
    ("加香机、储叶柜、储丝柜。李秀华说好。", ["李秀华"], []),
    ("加强师德师风建设，王志强说。", ["王志强"], []),
    ("团岛湾头至王哥庄晓望河入海口，王志强说。", ["王志强"], []),
    ("随车幼畜须拴系，王志强说。", ["王志强"], []),
    ("埃及马穆鲁克人来了，王志强说。", ["王志强"], []),
    ("法人：章程，曾用名：别名", [], []),
    # Seldom surnames beside a cue, and the same characters as words.
    ("我叫户晓蕾，今年五十岁。", ["户晓蕾"], ["户晓蕾"]),
    ("司机农志远当场报警。", ["农志远"], ["农志远"]),
    ("当事人占美兰，女，1970年生。", ["占美兰"], ["占美兰"]),
    ("当事人提存标的物，债权人向提存部门表示。", [], []),
    ("经营者增施有机肥，负责人及扬尘监督部门。", [], []),
    # Blanks within for alignment; lines of a form are no head line of a table.
    ("驾驶员：利　文添　电话", ["利　文添"], ["利　文添"]),
    ("经办：丛　小晴　复核：那　志兰", ["丛　小晴", "那　志兰"], ["丛　小晴", "那　志兰"]),
    ("审判长　周　江　审判员　祝　岚", ["周　江", "祝　岚"], ["周　江", "祝　岚"]),
    ("姓名　张晓梅　性别　女\n籍贯　山东　民族　汉\n", ["张晓梅"], ["张晓梅"]),
    (
        "户主　　面积　　金额\n苟文富　　3.6　　2968\n蒲 岚　　2.1　　1722\n",
        ["苟文富", "蒲 岚"],
        ["苟文富", "蒲 岚"],
    ),
    # Lists, and what is none in one.
    ("出席：王建军、李小丽、夔文峰等12人", ["王建军", "李小丽", "夔文峰"],
     ["王建军", "李小丽", "夔文峰"]),
    ("一等奖：冉文林（尾号7712）、岑溪（尾号4408）", ["冉文林", "岑溪"], []),
    ("1. 张雨欣\n2. 李浩然\n3. 毛志强", ["张雨欣", "李浩然", "毛志强"], []),
    ("李秀华说，技术部、人事处、金融部都来了。", ["李秀华"], []),
    # Values that are no names.
    ("使用人：后勤处", [], []),
    ("收件人：安徽", [], []),
    # Names of minorities, and places.
    ("司机木合塔尔，车号三五。", ["木合塔尔"], ["木合塔尔"]),
    ("请阿依努尔奶奶签字。", ["阿依努尔"], []),
    ("联系人：桑杰才让", ["桑杰才让"], ["桑杰才让"]),
    ("呼和浩特、乌鲁木齐和巴音郭楞州", [], []),
    # The given name alone, and the name in Latin letters.
    ("四川选手吴晓妮夺冠。赛后晓妮说，很高兴。", ["吴晓妮", "晓妮"], []),
    ("姓名：佘文生（SHE WENSHENG）", ["佘文生", "SHE WENSHENG"], ["佘文生", "SHE WENSHENG"]),
    ("邀请人：Hans Weidlich，电话", ["Hans Weidlich"], ["Hans Weidlich"]),
    ("收款人：Ningbo Trading Co", [], []),
    # A surname of two characters, in words of lists as well.
    ("令狐文涛哈哈一笑。", ["令狐文涛"], []),
    # A family, numerals, works, brands, numbers of documents.
    ("配吴氏，生二子：钱文琛、钱文瑛。", ["钱文琛", "钱文瑛"], ["钱文琛", "钱文瑛"]),
    ("租金壹万陆仟伍佰元整，王志强说。", ["王志强"], []),
    ("李宁牌运动鞋、张小泉剪刀，王志强说。", ["王志强"], []),
    # The surname alone before a form of address, and words before the same.
    ("昨天孟先生来过，街口祝大夫也在，找范阿姨问问。", ["孟", "祝", "范"], []),
    ("欧阳老师病了，邝记者去看他。", ["欧阳", "邝"], []),
    ("公安局长、语文老师、班主任和对方先生都到了，经主任会议同意。", [], []),
    ("区总工会答记者问，那老板不在。", [], []),
    ("《冯夫人》是一本书，马大姐糖果很甜。", [], []),
    ("已存放至洋市吉区长沙路5座，崇文李路Y座。", [], []),
    # A surname behind 小 or 老.
    ("小崔去哪了？老纪的狗跑了。", ["小崔", "老纪"], []),
    ("小时候老师说小学和老板，小白也懂。", [], []),
    # A given name before a form of address.
    ("佩衡先生昨日来过，两位先生和体育老师没来。", ["佩衡"], []),
    # Courtesy names, and what only looks so.
    ("公讳承泽，字绍庭，号雪樵，世居此地。绍庭公卒于家。", ["承泽", "绍庭", "雪樵", "绍庭"], []),
    ("类型：字符串，字迹清晰，号码不变。", [], []),
    # Who speaks in a script or a chat, and headings that stand again.
    ("靓坤：你估我唔知？\n喪彪：老大，唔好。\n靓坤：喪彪你收声。",
     ["靓坤", "喪彪", "靓坤", "喪彪"], []),
    ("处理建议：重启\n示例输出：无\n处理建议：再试\n示例输出：有", [], []),
    # Parts of foreign names, and such names beside a verb.
    ("伊万·佩特科夫来了。佩特科夫说很好。", ["伊万·佩特科夫", "佩特科夫"], []),
    ("同窗特韦切尔后来当了牧师。", ["特韦切尔"], []),
    ("《安娜·卡列尼娜》再版，詹姆斯·韦布空间望远镜升空。", [], []),
    # A list of other things.
    ("茅台、五粮液、洋河、汾酒、刘伶醉、孔府家酒都有卖。", [], []),
    ("马聚源的帽、盛福锡的皮帽、张元一的茶都好。", [], []),
    ("王老吉、张小泉和周大福在何文田有店。", [], []),
    # Brothers in a list, though one is called as a town is.
    ("生三子：德溥、德润、德清。", ["德溥", "德润", "德清"], ["德溥", "德润", "德清"]),
    # Named again.
    (
        "联系人：石蕾，电话13812345678。石蕾将于周三到。",
        ["石蕾", "石蕾"],
        ["石蕾", "石蕾"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "everyone", "private"), CHINESE)
def test_chinese_names_are_found(text: str, everyone: list[str], private: list[str]) -> None:
    assert (names(text), names(text, False)) == (everyone, private)


@pytest.mark.parametrize(
    "text",
    [
        "他很高兴，马上安装了安全软件，于是方便了周围的王国。",
        "何时成立？时间明显不够，金融和石头都是白色。",
        "党中央在江西陈述，张贴了通知。",
        "请设置任务的成员方法和路由，容器与云计算平台。",
        "张家口、王府井、李家村、石家庄、马鞍山和连云港都是地名。",
        "解释高斯分布与贝叶斯方法，计算哈希值。",
        "华为云和阿里云有限公司，万达集团，金鹏电子信息有限公司。",
        "江苏省东莞市牧野张路m座 29714",
        "",
        "No Chinese here at all.",
        "申请人申请变更登记的，登记机关应当受理。",
        "当事人姓名和住所；法定代表人和矿长。",
    ],
)
def test_words_are_no_names(text: str) -> None:
    assert names(text) == []


#: Text, language, all persons, private persons.
OTHERS = [
    ("氏名：山田 太郎　電話：03-1234-5678", None, ["山田 太郎"], ["山田 太郎"]),
    ("担当者：鈴木　花子", "ja", ["鈴木　花子"], ["鈴木　花子"]),
    ("お名前: 佐々木健太 様", None, ["佐々木健太"], ["佐々木健太"]),
    ("営業の田中さんと高橋美咲さんが来た。", None, ["田中", "高橋美咲"], []),
    ("私は中村優子と申します。", None, ["中村優子"], ["中村優子"]),
    ("氏名\t電話\n山本 翔\t090-1111-2222\n小林さくら\t090-3333-4444\nの\n", None,
     ["山本 翔", "小林さくら"], ["山本 翔", "小林さくら"]),
    ("貸主　小鳥遊　義文　（以下「甲」という）", "ja", ["小鳥遊　義文"], ["小鳥遊　義文"]),
    ("相生 蓮（あいおい れん）の作品", "ja", ["相生 蓮", "あいおい れん"], []),
    ("出席：高橋、伊藤（敬称略）で", "ja", ["高橋", "伊藤"], ["高橋", "伊藤"]),
    ("運転していたファム・ヴァンさん（２７）は", "ja", ["ファム・ヴァン"], []),
    ("借主：グエン・ティ・ランの", "ja", ["グエン・ティ・ラン"], ["グエン・ティ・ラン"]),
    ("杉並の凪咲さんと凛ちゃん、ムハンマドくんが来た。", None, ["凛", "ムハンマド"], []),
    ("一様の分布と教師あり学習、ユーザーさんとスタッフさん", None, [], []),
    ("会計の入江が話し、担任鬼頭は休んだ。入江は笑う。", None, ["入江", "鬼頭"], []),
    ("雷注意報：石川、福井、岡山。晴れの日", None, [], []),
    ("調教師アイダ・ブレナンは笑わない。ブレナン師は行った。", None,
     ["アイダ・ブレナン", "ブレナン"], []),
    ("データ・ベースとサン・フランシスコは便利", None, [], []),
    ("救助隊佐伯宗平が来た。佐伯は笑う。", None, ["佐伯宗平", "佐伯"], []),
    ("川の舟に権兵衛と辰次郎がいた。桃太郎の本", None, ["権兵衛", "辰次郎"], []),
    ("弁護士長谷部ツルは、福岡ソフトバンクの", None, ["長谷部ツル"], []),
    ("出席は田中太郎、佐藤ひろみ、マリア・ロッシ。", None,
     ["田中太郎", "佐藤ひろみ", "マリア・ロッシ"], []),
    ("五百旗頭（いおきべ）さんの話", None, ["五百旗頭", "いおきべ"], []),
    ("담임 어윤미가 왔다. 감독 비율이 낮다. 윤미는 웃었다.", None, ["어윤미", "윤미"], []),
    ("석 과장과 마 씨가 왔고 이 과장도 한 선수도 왔다.", None, ["석", "마"], []),
    ("제갈윤이 왔다. 제갈윤은 갔다.", None, ["제갈윤", "제갈윤"], []),
    ("마영탁의 타구다. 영탁이가 잘 쳤다.", None, ["마영탁", "영탁"], []),
    ("다니엘은 뛰었고 호세 우르키디가 던졌다.", None, ["다니엘", "호세 우르키디"], []),
    ("효주: 언니 와?\n민경언니: 못 가\n효주: 그래\n민경언니: 응", None,
     ["효주", "민경", "효주", "민경"], []),
    ("참고: 이것은 글이다\n긴 줄\n긴 줄\n긴 줄\n긴 줄\n참고: 글\n예제: 글", None, [], []),
    ("石川県金沢市長町の会議室 予約 方法", "ja", [], []),
    ("東京の大学に行き、山口県で中央線に乗った。", None, [], []),
    ("이름: 김민준, 전화 010-1234-5678", None, ["김민준"], ["김민준"]),
    ("담당자 : 이서연 대리", None, ["이서연"], ["이서연"]),
    ("최수진 씨가 말했다.", None, ["최수진"], []),
    ("저는 박지훈입니다. 박지훈은 서울에 산다.", None, ["박지훈", "박지훈"], ["박지훈", "박지훈"]),
    ("안녕하세요, 김민수입니다", None, ["김민수"], ["김민수"]),
    ("안녕하세요. 한빛상사 박지영이라고 합니다.", None, ["박지영"], ["박지영"]),
    ("처음 뵙겠습니다. 이수진이라고 해요.", None, ["이수진"], ["이수진"]),
    ("남궁지환 님 안녕하세요.", None, ["남궁지환"], []),
    ("직원 은새롬(23)씨는 말했다.", None, ["은새롬"], []),
    ("참석: 독고진, 갈소윤, 사공명", None, ["독고진", "갈소윤", "사공명"],
     ["독고진", "갈소윤", "사공명"]),
    ("원고 명남주\n서울", None, ["명남주"], []),
    ("성명\t부서\n선우은숙\t총무팀\n응우옌 티 마이\t생산팀\n", None,
     ["선우은숙", "응우옌 티 마이"], ["선우은숙", "응우옌 티 마이"]),
    ("정확한 경위를 조사했다. 한림고 교장은 모델은 감독된 훈련", None, [], []),
    ("이것은 문제입니다. 이것을 김치라고 합니다.", None, [], []),
    ("성명 | 연락처\n사용자의 정보를 이용한다. 유효성 검사", None, [], []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "everyone", "private"), OTHERS)
def test_japanese_and_korean_names_are_found(
    text: str, language: str | None, everyone: list[str], private: list[str]
) -> None:
    assert (names(text, True, language), names(text, False, language)) == (everyone, private)


def test_what_is_found_does_not_depend_on_the_batch() -> None:
    texts = [*(case[0] for case in CHINESE), None, *(case[0] for case in OTHERS)]
    languages = [*(None for _ in CHINESE), None, *(case[1] for case in OTHERS)]
    column = utf8_buffers(pa.array(texts))
    spans = find_cjk_persons(column, languages, True)
    together = [
        (row, bytes(column.data[a:b]).decode())
        for row, a, b in zip(spans.rows, spans.starts, spans.ends, strict=True)
    ]
    alone = [
        (row, name)
        for row, (text, language) in enumerate(zip(texts, languages, strict=True))
        for name in names(text or "", True, language)
    ]
    assert sorted(together) == sorted(alone)
    assert np.all(np.diff(spans.starts) > 0)


def test_long_runs_are_read_in_pieces() -> None:
    # 64 characters are weighed at a time; names at any place of a run are found once.
    filler = "安全生产工作是一项重要任务我们必须认真对待"
    for shift in range(0, 60, 7):
        text = (filler * 5)[:shift] + "，记者陈立群报道" + filler * 4
        assert names(text) == ["陈立群"]
        unbroken = (filler * 5)[: 40 + shift] + "的记者陈立群报道了" + filler * 4
        assert names(unbroken) == ["陈立群"]


@pytest.mark.parametrize(
    "unit",
    [
        "王",
        "张伟",
        "姓名：",
        "·王",
        "姓名\t姓名\n",
        "김",
        "山田",
        "联系人",
        "氏名　山田",
        "王先生",
        "小王：好\n",
    ],
)
def test_hostile_repetition_ends(unit: str) -> None:
    names(unit * 3000)
