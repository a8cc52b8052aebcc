"""Addresses of China, Taiwan, Hong Kong, Japan and Korea; what is expected stands in [[ ]]."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.postal.cjk import find_cjk_addresses
from corpus_pipeline.text.columns import utf8_buffers

CHINA = """
我住在[[北京市海淀区中关村南大街5号]]，欢迎来玩。
收货地址：[[广东省深圳市南山区科技园科苑路15号科兴科学园B栋4单元1203室]]，收件人：王小明
寄往[[四川省成都市武侯区人民南路四段12号附3号]]。
家住[[河南省周口市太康县马头镇赵庄村3组]]的李某
被告人张某，男，汉族，住[[湖南省邵阳市隆回县桃洪镇城东村5组12号]]。
联系地址：[[重庆市渝中区解放碑民权路28号英利国际金融中心36层]]
送货至[[朝阳区望京西园四区416号楼2单元301]]，请先打电话。
他在[[南京路100号]]开了一家店。
地址：[[河北省石家庄市长安区中山东路216号，邮编：050011]]
[[100080 北京市海淀区苏州街18号院3号楼1204]]
[[江西省潜江县沈河六安街V座 544439]]附近发生事故
[[广东省 深圳市 福田区 深南大道 1006 号 国际创新中心 A 座 10 楼]]
1. [[杭州市滨江区江南大道３５８８号恒生大厦]]
[[北京市西城区西四北三条11号]]
住[[云南省昭通市镇雄县泼机镇某村民小组15号]]
[[广州市天河区天河路385]]
住址：[[浙江省杭州市西湖区]]
地址：[[南京市玄武区 珠江路498号 未来城B座946室]] 李四13900000000 里面
汉族，住[[江苏省沭阳县沂涛镇李庄村]]。
位于[[绍兴新昌县光明南路509号绿地国际花都23号楼2单元1787室]]的房屋
我们从[[内蒙古自治区兴安盟扎赉特旗龙湖水晶郦城23-5-2299]]出发。
聚会在[[成都市武侯区人民南路四段11号四川大学]]。
"""

TAIWAN_AND_HONG_KONG = """
[[臺北市大安區羅斯福路四段1號3樓之2]]
[[106台北市大安區和平東路二段100號]]
[[25979 橫山大安路978號之6]]
住在[[新北市板橋區文化路一段188巷12弄5號7樓]]
[[香港中環皇后大道中99號中環中心38樓]]
地址：[[香港九龍尖沙咀彌敦道132號美麗華大廈12樓A室]]
"""

JAPAN = """
[[〒100-0005 東京都千代田区丸の内1-2-3]]
[[〒150-0002 東京都渋谷区渋谷2-21-1 渋谷ヒカリエ15F]]
[[東京都渋谷区渋谷2-21-1 渋谷ヒカリエ 15階]]
[[東京都港区六本木6-10-1 六本木ヒルズ 森タワー 12階]]です
[[東京都港区芝公園4-2-8 〇〇ビル3F]]
[[大阪府大阪市北区梅田1-1-3 マンション203号室]]
住所：[[東京都新宿区西新宿二丁目8番1号]]
[[大阪府大阪市北区梅田３丁目１番３号]]
[[北海道札幌市中央区北1条西2丁目1番地]]
[[愛媛県袖ケ浦市東和町31丁目9番18号 アーバン上高野887]]
彼は[[千代田区丸の内1-2-3]]に住んでいる。
[[神奈川県横浜市青葉区美しが丘２丁目１３－５]]
[[埼玉県戸田市大字新曽１３８２]]
[[東京都港区麻布十番２丁目４－８]]
私の住所は[[埼玉県さいたま市浦和区高砂3-15-1]]です。
"""

KOREA = """
주소: [[서울특별시 강남구 테헤란로 152, 301호 (역삼동)]]
저는 [[세종특별자치시 동대문구 역삼로 지하933]]에 살고 있습니다.
[[서울시 성북구 동선동1가 114-1]]
[[서울특별시 마포구 월드컵북로 396, 누리꿈스퀘어 비즈니스타워 1204호 (상암동)]]
[[세종특별자치시 나성로 33-8 나릿재마을2단지 215동 1901호]]
岐阜県高山市の国道４１号で
위반시 노조가 1천만원, 최대로 3회까지, 서울시 인구로 100명
"""

NO_ADDRESSES = """
江西省潜江市是一个县级市。
北京市朝阳区人民法院审理了此案。
上海市浦东新区发展改革委发布第12号公告。
一路1号线地铁开通，坐3路公交车到5号站。
频道3、频道4都能收到，管道1输出到管道2。
该市共有12个区、5个县，其中3区2县。
第3号楼梯口、第2层是神经网络的隐藏层。
江苏省第十二届人民代表大会常务委员会第3次会议
京沪高速公路江苏段3号桥
比赛中上海队1号球员得分
IP 地址：192.168.1.1，内存地址 0x1234，区块号 5。
东京都千代田区は2020年に10-2で可決した。
大阪府代表3-2で勝利
東京都港区赤坂 2020、大阪府大阪市の人口270万人、埼玉県川口市約60、神奈川県横浜市高校野球3回戦
所在地の市区町村に届け出る。
到市场中去闯一番，电脑分区需要下一番功夫
地址：请填写省市区县、街道门牌
北京市第二中级人民法院3号审判庭
首都机场3号航站楼，地铁世纪大道站4号口
广东省男篮8号球员得分
全镇涌现43个超10栋大棚的种菜大户
"""


def _cases(*blocks: str) -> list[tuple[str, list[str]]]:
    lines = [line for block in blocks for line in block.strip().split("\n")]
    return [(re.sub(r"\[\[|\]\]", "", each), re.findall(r"\[\[(.*?)\]\]", each)) for each in lines]


def _found(texts: list[str | None]) -> list[list[str]]:
    text = utf8_buffers(pa.array(texts, pa.string()))
    spans = find_cjk_addresses(text)
    assert (spans.entities == INDEX["ADDRESS"]).all()
    found: list[list[str]] = [[] for _ in texts]
    for row, start, end in zip(spans.rows, spans.starts, spans.ends, strict=True):
        # A span that cuts a character does not decode.
        found[row].append(text.data[start:end].tobytes().decode())
    return found


@pytest.mark.parametrize(
    ("text", "expected"), _cases(CHINA, TAIWAN_AND_HONG_KONG, JAPAN, KOREA, NO_ADDRESSES)
)
def test_addresses(text: str, expected: list[str]) -> None:
    assert _found([text])[0] == expected


def test_a_text_has_the_same_addresses_whatever_its_neighbours() -> None:
    texts = [text for text, _ in _cases(CHINA, TAIWAN_AND_HONG_KONG, JAPAN, KOREA, NO_ADDRESSES)]
    assert _found([None, *texts, ""]) == [[], *(_found([text])[0] for text in texts), []]


def test_addresses_of_a_slice() -> None:
    column = pa.array(["住中山路12号", "住朝阳路34号", "无"])[1:]
    spans = find_cjk_addresses(utf8_buffers(column))
    assert spans.rows.tolist() == [0]


WORDS = (
    "12 一 小区 大厦 国际 江苏 苏州 埼玉県 さいたま つがる が丘 丁目 ビル パーク "
    "地址： 家住 住所： 로 길 의"
)
PIECES = (
    *"省市区县路街号栋室村组条の町番丁都〒第中北1F-/ ()，。",
    "서울 ",
    "구 ",
    "시 ",
    *WORDS.split(),
)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_spans_ascend_and_cut_no_character(text: str) -> None:
    column = utf8_buffers(pa.array(["路1号", text]))
    spans = find_cjk_addresses(column)
    assert (spans.starts[1:] >= spans.ends[:-1]).all()
    assert np.all(spans.ends > spans.starts)
    for start, end in zip(spans.starts, spans.ends, strict=True):
        column.data[start:end].tobytes().decode()


@pytest.mark.parametrize("unit", ["号", "1", "路1", "省市县", "地址：", "丁目1-", "〒1", "埼玉県1"])
def test_repetition_is_read_in_linear_time(unit: str) -> None:
    spans = find_cjk_addresses(utf8_buffers(pa.array([unit * 20000])))
    assert (spans.starts[1:] >= spans.ends[:-1]).all()
