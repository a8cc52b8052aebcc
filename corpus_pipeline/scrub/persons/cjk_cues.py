"""Words that announce a Chinese name or follow one, by class.

The lists are of simplified characters; text is compared after folding to them.
"""

from functools import cache
from importlib import resources

import numpy as np

from corpus_pipeline.scrub.persons.cjk_tables import WordTable, dictionary

#: Classes of cues before a name.
FIELD, SELF, ROLE, KIN, JOINED = 1, 2, 3, 4, 5
#: Classes of cues behind a name.
TITLE, SPEECH, FOLLOWED, THING = 1, 2, 3, 4

#: What a cue of each class adds to a score, in 1/COST_UNITS (a factor of e is 6).
BEFORE_BONUS = np.array([0, 24, 24, 18, 14, 4], np.int64)
AFTER_BONUS = np.array([0, 24, 16, 4, -36], np.int64)

#: Fields of forms that hold the name of a person.
FIELDS = """
姓名 名字 真实姓名 中文姓名 客户姓名 学生姓名 患者姓名 员工姓名 家长姓名 考生姓名 本人姓名 用户姓名 收货姓名 联系人姓名 持卡人姓名 户主姓名
联系人 紧急联系人 联络人 收件人 收货人 寄件人 发件人 发货人 收信人 寄信人 申请人 被申请人 代理人 委托人 受托人 法定代表人 法人代表 法人 经办人
负责人 项目负责人 承办人 责任人 投保人 被保险人 受益人 担保人 借款人 出借人 债务人 债权人 付款人 收款人 汇款人 持卡人 开户人 户主 户名
开户名 账户名 账户名称 患者 病人 病患 被告 被告人 原告 原告人 上诉人 被上诉人 被害人 受害人 证人 当事人 犯罪嫌疑人 嫌疑人 辩护人 诉讼代理人
委托代理人 审判长 审判员 书记员 执行人 被执行人 申请执行人 罪犯 死者 伤者 作者 编辑 责任编辑 责编 记者 摄影 撰稿 撰稿人 通讯员 编者 译者
校对 审核 审核人 主编 编剧 导演 制片人 主演 演唱 作词 作曲 签名 签字 签署人 签发人 落款人 报告人 主讲人 主持人 发言人 讲师 指导老师 指导教师
导师 班主任 辅导员 授课教师 任课教师 学生 考生 监护人 家长 填表人 制表人 制单人 登记人 经手人 保管人 验收人 采购员 销售员 业务员 客服 值班人
值班人员 值班员 联系老师 咨询老师 房东 租客 承租人 出租人 甲方代表 乙方代表 买方 卖方 转让人 受让人 旅客 乘客 乘机人 入住人 预订人 订购人
顾客 会员 会员姓名 车主 驾驶人 驾驶员 司机 主治医师 主治医生 医师 医生 护士 检验者 送检医师 审核者 报告医师 报告者 主管 总经理 经理 董事长
店长 站长 村长 组长 班长 队长 局长 校长 处长 科长 主任 院长 通信作者 通讯作者 第一作者 发明人 设计人 专利权人 著作权人 投诉人 举报人
推荐人 介绍人 担当 氏名 担当者 申込者 申請者 受取人 差出人 契約者 保護者 名義人 依頼者 責任者 代表者 评审人 面试官 应聘者 候选人 求职者 曾用名 别名 笔名 本名 法人姓名 监事 股东 执行董事 实际控制人 家属 亲属 配偶 父亲
母亲 丈夫 妻子 儿子 女儿 抄送 呈报人 检查人 检测人 采样人 接待人 提交人 创建人 开票人 复核 复核人 收款 开票 领取人 捐赠人 捐款人 老师
"""

#: Words by which people say who they are or somebody is called.
SELVES = """
我叫 我是 本人 名叫 叫做 我叫做 他叫 她叫 名字叫 名字是 姓名是 我名叫 我的名字是 我的名字叫 自称 署名 化名 原名 本名 笔名 人叫 就叫 名为
尊敬的 亲爱的 敬爱的 致 我就是 这是 我姓名 您是 你是 我们是 户名是 户名为 姓名为 收款人是 联系人是 名称叫 一个叫 有个叫 叫
"""

#: Roles, offices and trades that stand before a name.
ROLES = """
司机 工程师 记者 医生 医师 护士 教授 副教授 讲师 老师 教师 校长 副校长 主任 副主任 局长 副局长 处长 副处长 科长 副科长 厅长 副厅长 部长
副部长 省长 副省长 市长 副市长 县长 副县长 镇长 乡长 村长 区长 副区长 州长 总统 副总统 主席 副主席 总理 副总理 书记 副书记 总书记 委员 委员长
经理 总经理 副总经理 董事长 总裁 副总裁 总监 主管 主编 编辑 作家 诗人 画家 歌手 歌星 演员 影星 明星 导演 编剧 院士 学者 专家 研究员 博士
硕士 学生 同学 队员 运动员 球员 选手 教练 主教练 队长 班长 组长 连长 营长 团长 师长 军长 司令 司令员 将军 上将 中将 少将 元帅 政委 战士
民警 警察 干警 警官 检察官 检察长 法官 院长 副院长 律师 会计 出纳 秘书 秘书长 助理 客服 店长 老板 厂长 副厂长 站长 所长 副所长 队友 同事
同志 朋友 好友 居民 村民 农民 工人 职工 员工 市民 网友 业主 户主 房东 乘客 旅客 患者 病人 死者 伤者 嫌疑人 犯罪嫌疑人 被告 被告人 原告
证人 当事人 受害人 被害人 委员会主任 大使 领事 参赞 外长 外交部长 发言人 主持人 创始人 负责人 联系人 代表 议员 会长 副会长 理事长 社长 总编
总编辑 台长 导师 班主任 辅导员 志愿者 大学生 研究生 家长 儿童 青年 男子 女子 少年 女孩 男孩 老人 妇女 店主 车主 快递员 骑手 顾问 分析师
设计师 建筑师 会计师 审计师 经济师 摄影师 厨师 理发师 牧师 药师 技师 大师 师傅 技术员 程序员 售货员 营业员 服务员 列车员 飞行员 宇航员 航天员
保安 保姆 经纪人 投资人 当地人 科学家 企业家 艺术家 歌唱家 音乐家 作曲家 书法家 画家 数学家 物理学家 化学家 经济学家 历史学家 哲学家 思想家
文学家 教育家 革命家 政治家 军事家 评论家 收藏家 翻译家 小说家 剧作家 冠军 亚军 名将 新秀 小将 烈士 英雄 模范 先进 劳模 皇帝 国王 首相
法定代表人 代表人 申请人 收件人 收货人 寄件人 收款人 姓名 户名 值班员 工作人员 管理员 巡视员 调研员 通讯员 特派员 实习生 毕业生 先生 女士
文 摄 作者 译者 编者 主演 饰演 主席团 学员 院长助理 乡亲 户 之子 之女 书记员 审判长 审判员 主讲 指导员 党员 干部 厂家代表 侨领 华侨 老总
"""

#: Of the fields that are roles as well: those that with no sign between announce a private person,
#: and those of public ones.
_PRIVATE_ROLES = frozenset("司机 患者 病人 被告 原告 死者 伤者 乘客 旅客 车主 户主 房东".split())
_PUBLIC_ROLES = frozenset(
    "主持人 发言人 记者 作者 译者 编者 创始人 发明人 学者 主讲人 候选人".split()
)

#: Words for relatives that stand before a name.
KINS = """
妻子 丈夫 儿子 女儿 父亲 母亲 爸爸 妈妈 爷爷 奶奶 外公 外婆 姥姥 姥爷 哥哥 弟弟 姐姐 妹妹 老公 老婆 爱人 夫人 太太 女友 男友 女朋友 男朋友
叔叔 阿姨 舅舅 姑姑 姨妈 伯父 伯母 侄子 侄女 外甥 外甥女 孙子 孙女 表哥 表弟 表姐 表妹 堂哥 堂弟 堂姐 堂妹 岳父 岳母 公公 婆婆 女婿 儿媳
长子 次子 长女 次女 大哥 大姐 小妹 养子 养女 未婚妻 前妻 前夫 邻居 室友 闺蜜 同桌 同学 战友 老乡 同伴 搭档 徒弟 恩师
"""

#: Words that often stand before names and before much else.
JOINS = """
和 与 及 由 对 向 被 把 给 跟 同 请 让 据 以及 还有 包括 其中 即 如 像 是 的 找 问 见 派 告诉 通知 联系 采访 认识 感谢 感激 祝贺 纪念 怀念
逮捕 任命 选举 推荐 邀请 会见 陪同 委托 授权 起诉 拘留 控制 为 在 当 等 因 说 经 将 使 叫 抓获 只见 替 找到 遇到 看到 看见
"""

#: Titles that stand behind a name.
TITLES = """
先生 女士 小姐 老师 教授 同学 同志 师傅 医生 大夫 护士 主任 局长 处长 科长 部长 厅长 市长 省长 县长 镇长 校长 院长 所长 站长 厂长 总经理 经理
董事长 总裁 总监 主席 书记 副书记 总理 总统 老板 博士 律师 法官 警官 教练 队长 班长 组长 会长 社长 秘书 秘书长 将军 司令 司令员 元帅 太太 夫人
阿姨 叔叔 爷爷 奶奶 伯伯 大哥 大姐 大爷 大妈 大叔 大娘 哥 姐 小朋友 副局长 副主任 副教授 副市长 副省长 副校长 副院长 副总经理 副主席 院士
研究员 工程师 主编 编辑 导演 总编 记者 委员 代表 烈士 教师 店长 村长 乡长 区长 团长 连长 营长 师长 政委 检察长 外长 大使 部长 议员 牧师
选手 队员 主持人 女儿 儿子 妻子 丈夫 父亲 母亲 之妻 之子 之女 夫妇 父子 母女 本人 家属 家长 一家 等人 等同志 两人 二人
"""

#: Verbs of which the subject is a person.
SPEECHES = """
说 说道 表示 指出 认为 告诉 介绍 强调 称 坦言 透露 回忆 回答 问 问道 解释 感慨 感叹 笑道 笑着 喊 叫道 答道 道 写道 坚信 觉得 希望 宣布 致辞
致词 讲话 发言 主持 出席 会见 会晤 接见 陪同 率领 考察 视察 介绍说 表示说 指出说 承认 否认 辩称 供述 报警 报案 被捕 去世 逝世 出生 生于 毕业
获得 夺得 当选 出任 担任 就任 任职 辞职 退休 住院 结婚 离婚 怀孕 饰演 主演 执导 撰写 撰文 创作 演唱 摄 签名 签字 签署 向记者 对记者 因涉嫌
涉嫌 犯 系 在家 回家 去 来到 走进 走到 站起来 点点头 摇摇头 笑了 哭了 想 想到 知道 看着 看到 听到 听说 听完 听了 拿出 拿起 打电话 打来
联系 收 签收 登录 先生说 受伤 死亡 身亡 遇难 失踪 溺水 驾驶 驾车 乘坐 居住 入住 就诊 入院 出院 缴纳 支付 转账 汇款 借款 欠款 诉称 诉 辩
的身份证 的手机 的电话 的妻子 的丈夫 的父亲 的母亲 的儿子 的女儿 的家 的妈妈 的爸爸 的同事 的朋友 的律师 的老师 的账户 的邮箱
"""

#: Words that often follow names and much else.
FOLLOWS = """
的 和 与 及 是 在 等 也 将 又 就 都 还 已 曾 正 从 对 向 把 被 给 为 以及 则 并 却 于 任 著 编 译 饰 扮演 带着 带领 一起 一行 自己 没有 有 用 因
之间 之 不 很 便 先 再 才 这 那 今年 今天 昨天 近日 当时 当年 后来 曾经 已经 正在 可以 需要 通过 以 让 跟 到 要 会 能 同 即 均 所 此 其 同时
"""

#: Words behind the name of a person that make it one of a thing or a place.
THINGS = """
理论 主义 思想 路线 精神 奖 杯 路 街 村 镇 乡 县 市 区 省 州 旗 盟 庄 屯 寨 桥 站 山 河 湖 江 岛 港 湾 峰 寺 庙 塔 楼 阁 馆 院 园 广场 公园 大厦 大学 中学
小学 学院 医院 公司 集团 银行 酒店 饭店 故居 纪念馆 纪念堂 陵 墓 祠 战役 条约 协定 协议 王朝 时代 王国 帝国 共和国 政府 共和军 人民 语 族 人 教 派 牌
品牌 手机 汽车 股份 有限公司 科技 实业 电器 工业 国家 机场 半岛 海峡 高原 盆地 草原 沙漠 平原 定律 定理 方程 效应 指数 算法 函数 分布 变换 矩阵 系数 空间
"""

#: Characters of foreign names in Chinese letters; a name that goes on with them is a piece of one.
FOREIGN = (
    "阿埃奥巴贝比波勃布茨达德迪蒂厄尔法菲费弗夫盖戈格哈赫霍基吉加卡凯科克库拉莱勒里利卢鲁罗洛马玛姆穆纳娜内尼妮"
    "黎及多涅诺帕佩皮珀普奇恰切萨塞桑沙舍施史斯丝索塔坦特廷托瓦韦维沃乌希锡休亚耶伊扎兹"
)

#: These and others that may stand in such a name.
ABROAD_LETTERS = frozenset(
    FOREIGN + "翰得耳鲍甸茜嘉芝珊薛菜葛柯桃敏洁蜜美妲蒲潘柏巩克松森蓝竺钮顿内维本鸠庇邓"
    "艾爱安昂班本彼伯博查戴丹登丁杜多恩芬福甘冈根贡古海汉亨胡华惠杰金坎康考肯夸兰朗劳雷列林琳留路伦曼梅门蒙米"
    "密明莫默宁纽农努欧潘彭平普齐钱乔琴丘让热日荣茹瑞山绍圣泰唐陶提图万旺威魏温文武西夏肖谢辛雅延扬叶依易因英尤约泽詹"
    "珍朱卓兹佐滕狄更富吕苏娅妮娃姬露丽莉莲黛芙芭蓓蕾薇翁雨果歇塔高莱布索菲凯瑟琳尚冉贾居邦朱熊敦顿宾逊茨岑迈桂赛隆乌"
    "买热孜扎合木提汗麦力旦迪古帕肉吾斯艳则玉素甫拜格柔江益仁央吉卓玛次仁多旺堆桑珠顿洛措姆罗嘉措尼玛扎西平措"
)


def _table(classes: dict[int, str]) -> WordTable:
    return dictionary({word: number for number, words in classes.items() for word in words.split()})


@cache
def before_cues() -> WordTable:
    """Returns classes of words before a name.

    >>> len(before_cues().keys) > 500
    True
    """
    offices = {*ROLES.split(), *KINS.split()}
    fields = [
        word
        for word in FIELDS.split()
        if word in _PRIVATE_ROLES
        or (word[-1] in "人名者" and word not in _PUBLIC_ROLES)
        or word not in offices
    ]
    return _table({JOINED: JOINS, KIN: KINS, ROLE: ROLES, SELF: SELVES, FIELD: " ".join(fields)})


@cache
def after_cues() -> WordTable:
    """Returns classes of words behind a name.

    >>> len(after_cues().keys) > 200
    True
    """
    return _table({THING: THINGS, FOLLOWED: FOLLOWS, SPEECH: SPEECHES, TITLE: TITLES})


@cache
def labels() -> WordTable:
    """Returns the fields of forms.

    >>> len(labels().keys) > 200
    True
    """
    return _table({1: FIELDS})


#: Values of fields that are no names.
NO_NAMES = frozenset(
    "佚名 匿名 未知 不详 无名 必填 选填 暂无 本人 同上 本报 本站 本刊 小编 管理员 网友 游客 用户 客服 名称 姓名 电话 手机 地址 性别 年龄 "
    "单位 职务 职位 部门 时间 日期 备注 邮箱 公司 个人 企业 合计 总计 小计 方法 方案 方式 高级 全部 全体 任何 万元 单价 元件 "
    "常用 安全 成功 成员 管理 经理 文字 文本 文章 国家 向导 和平 时期 应聘 广告 公开 公示 周一 周二 周三 周四 周五 周六 周日".split()
)


def _surnames() -> tuple[frozenset[str], frozenset[str]]:
    folder = resources.files(__package__)
    words = folder.joinpath("cjk_surnames.txt").read_text(encoding="utf-8").split()
    return frozenset(w for w in words if len(w) == 1), frozenset(w for w in words if len(w) == 2)


SURNAMES, COMPOUND_SURNAMES = _surnames()
