"""Pages of our own making: an article with what pages put around it, in many languages."""

# ruff: noqa: E501

from typing import NamedTuple


class Language(NamedTuple):
    """Words for one page."""

    title: str
    sentences: tuple[str, ...]
    menu: tuple[str, ...]
    cookies: str
    share: str
    related: str
    teasers: tuple[str, ...]
    caption: str
    rights: str


LANGUAGES = {
    "en": Language(
        "A bridge for the valley",
        (
            "The old bridge over the river was built in 1893, and for a century it carried every cart, car and lorry of the valley.",
            "Last winter, after three weeks of rain, engineers found that one of its four pillars had moved by eleven centimetres.",
            "The council closed it the same evening; since then, the way to the next town takes forty minutes instead of five.",
            "A new bridge will cost nine million, says the mayor, and nobody has yet said who is going to pay for it.",
        ),
        ("Home", "News", "Sport", "Weather"),
        "We use cookies to give you the best experience on our site. By continuing you accept our privacy policy.",
        "Share this article",
        "More stories",
        ("Cat found on roof of town hall", "School opens after long summer"),
        "The bridge, seen from the north",
        "© 2024 Valley Post. All rights reserved.",
    ),
    "zh": Language(
        "山谷里的新桥",
        (
            "这座横跨河面的老桥建于一八九三年，一百多年来，山谷里的每一辆马车、汽车和卡车都要从它上面经过。",
            "去年冬天连下了三个星期的雨，工程师在检查时发现，四根桥墩中有一根已经移动了十一厘米。",
            "当天晚上镇政府就把桥封了，从那以后，去邻镇的路要走四十分钟，而过去只要五分钟。",
            "镇长说，新桥需要九百万元，可是到现在还没有人说明这笔钱由谁来出，居民们都很着急。",
        ),
        ("首页", "新闻", "体育", "天气"),
        "本网站使用 Cookie 为您提供更好的体验。继续浏览即表示您接受我们的隐私政策。",
        "分享到微信",
        "相关阅读",
        ("市政厅屋顶上发现一只猫", "暑假结束学校今天开学"),
        "从北面看到的老桥",
        "版权所有 © 2024 山谷日报",
    ),
    "ja": Language(
        "谷に新しい橋を",
        (
            "川にかかる古い橋は一八九三年に造られ、百年以上にわたって谷のすべての馬車や自動車、トラックを支えてきた。",
            "昨年の冬、三週間雨が降り続いたあと、技術者が調べたところ、四本の橋脚のうち一本が十一センチ動いていた。",
            "町はその日の夜に橋を閉鎖し、それ以来、隣の町までの道のりは五分から四十分に延びてしまった。",
            "新しい橋には九百万かかると町長は話すが、その費用を誰が払うのかは、まだ決まっていない。",
        ),
        ("ホーム", "ニュース", "スポーツ", "天気"),
        "当サイトではクッキーを使用しています。閲覧を続けると、プライバシーポリシーに同意したことになります。",
        "この記事をシェア",
        "関連記事",
        ("町役場の屋根に猫", "長い夏休みが終わり学校が始まる"),
        "北から見た橋",
        "© 2024 谷新聞 無断転載を禁じます",
    ),
    "ko": Language(
        "골짜기의 새 다리",
        (
            "강을 가로지르는 오래된 다리는 1893년에 지어졌고, 백 년이 넘도록 골짜기의 모든 수레와 자동차, 트럭이 그 위를 지나갔다.",
            "지난겨울 삼 주 동안 비가 내린 뒤, 기술자들은 네 개의 교각 가운데 하나가 십일 센티미터 움직인 것을 발견했다.",
            "군은 그날 저녁 다리를 막았고, 그 뒤로 이웃 마을까지 가는 길은 오 분이 아니라 사십 분이 걸린다.",
            "새 다리에는 구백만이 든다고 군수는 말하지만, 누가 그 돈을 낼 것인지는 아직 아무도 말하지 않았다.",
        ),
        ("홈", "뉴스", "스포츠", "날씨"),
        "이 사이트는 쿠키를 사용합니다. 계속 이용하시면 개인정보 처리방침에 동의하는 것으로 봅니다.",
        "기사 공유",
        "관련기사",
        ("군청 지붕에서 고양이 발견", "긴 여름이 끝나고 학교 문 열어"),
        "북쪽에서 본 다리",
        "© 2024 골짜기신문 무단전재 금지",
    ),
    "ru": Language(
        "Новый мост для долины",
        (
            "Старый мост через реку построили в 1893 году, и больше ста лет по нему проезжала каждая телега, машина и грузовик долины.",
            "Прошлой зимой, после трёх недель дождей, инженеры обнаружили, что одна из четырёх опор сдвинулась на одиннадцать сантиметров.",
            "Совет закрыл мост в тот же вечер; с тех пор дорога до соседнего города занимает сорок минут вместо пяти.",
            "Новый мост обойдётся в девять миллионов, говорит глава района, и никто пока не сказал, кто за него заплатит.",
        ),
        ("Главная", "Новости", "Спорт", "Погода"),
        "Мы используем файлы cookie. Продолжая пользоваться сайтом, вы принимаете политику конфиденциальности.",
        "Поделиться",
        "Читайте также",
        ("На крыше ратуши нашли кота", "Школа открылась после долгого лета"),
        "Мост с северной стороны",
        "© 2024 Вестник долины. Все права защищены.",
    ),
    "ar": Language(
        "جسر جديد للوادي",
        (
            "بُني الجسر القديم فوق النهر عام 1893، وعلى مدى أكثر من مئة عام مرت عليه كل عربة وسيارة وشاحنة في الوادي.",
            "في الشتاء الماضي، بعد ثلاثة أسابيع من المطر، وجد المهندسون أن واحدة من دعائمه الأربع تحركت أحد عشر سنتيمترا.",
            "أغلق المجلس الجسر في المساء نفسه، ومنذ ذلك الحين تستغرق الطريق إلى البلدة المجاورة أربعين دقيقة بدلا من خمس.",
            "سيكلف الجسر الجديد تسعة ملايين، كما يقول رئيس البلدية، ولم يقل أحد بعد من الذي سيدفع هذا المبلغ.",
        ),
        ("الرئيسية", "أخبار", "رياضة", "الطقس"),
        "نستخدم ملفات تعريف الارتباط على موقعنا. بمتابعة التصفح فإنك توافق على سياسة الخصوصية.",
        "شارك المقال",
        "اقرأ أيضا",
        ("العثور على قطة فوق سطح البلدية", "المدرسة تفتح أبوابها بعد صيف طويل"),
        "الجسر من جهة الشمال",
        "جميع الحقوق محفوظة © 2024 صحيفة الوادي",
    ),
    "th": Language(
        "สะพานใหม่ของหุบเขา",
        (
            "สะพานเก่าข้ามแม่น้ำสร้างขึ้นในปี 1893 และตลอดร้อยกว่าปีที่ผ่านมา เกวียน รถยนต์ และรถบรรทุกทุกคันในหุบเขาต้องผ่านสะพานนี้",
            "เมื่อฤดูหนาวที่แล้ว หลังจากฝนตกติดต่อกันสามสัปดาห์ วิศวกรพบว่าเสาหนึ่งในสี่ต้นเคลื่อนไปสิบเอ็ดเซนติเมตร",
            "เทศบาลปิดสะพานในเย็นวันเดียวกัน ตั้งแต่นั้นมาทางไปเมืองข้างเคียงใช้เวลาสี่สิบนาทีแทนที่จะเป็นห้านาที",
            "นายกเทศมนตรีกล่าวว่าสะพานใหม่ต้องใช้เงินเก้าล้าน แต่ยังไม่มีใครบอกว่าใครจะเป็นผู้จ่ายเงินจำนวนนี้",
        ),
        ("หน้าแรก", "ข่าว", "กีฬา", "อากาศ"),
        "เว็บไซต์นี้ใช้คุกกี้ การใช้งานต่อถือว่าคุณยอมรับนโยบายความเป็นส่วนตัวของเรา",
        "แชร์บทความนี้",
        "ข่าวที่เกี่ยวข้อง",
        ("พบแมวบนหลังคาศาลากลาง", "โรงเรียนเปิดเทอมหลังปิดภาคยาว"),
        "สะพานเมื่อมองจากทิศเหนือ",
        "สงวนลิขสิทธิ์ © 2024 หุบเขารายวัน",
    ),
    "hi": Language(
        "घाटी के लिए नया पुल",
        (
            "नदी पर बना पुराना पुल 1893 में तैयार हुआ था, और सौ से अधिक वर्षों तक घाटी की हर गाड़ी, कार और ट्रक इसी से होकर गुज़रे।",
            "पिछली सर्दियों में तीन सप्ताह की बारिश के बाद इंजीनियरों ने पाया कि चार खंभों में से एक ग्यारह सेंटीमीटर खिसक गया है।",
            "परिषद ने उसी शाम पुल बंद कर दिया, और तब से पास के शहर तक पहुँचने में पाँच की जगह चालीस मिनट लगते हैं।",
            "महापौर कहते हैं कि नए पुल पर नब्बे लाख खर्च होंगे, पर अब तक किसी ने नहीं बताया कि यह पैसा कौन देगा।",
        ),
        ("मुखपृष्ठ", "समाचार", "खेल", "मौसम"),
        "हम इस साइट पर कुकी का उपयोग करते हैं। आगे बढ़ने पर आप हमारी गोपनीयता नीति स्वीकार करते हैं।",
        "यह लेख साझा करें",
        "यह भी पढ़ें",
        ("नगर भवन की छत पर मिली बिल्ली", "लंबी गर्मी के बाद खुला स्कूल"),
        "उत्तर से दिखता पुल",
        "© 2024 घाटी समाचार। सर्वाधिकार सुरक्षित।",
    ),
}  # fmt: skip


def paragraphs(language: Language) -> list[str]:
    """Eight paragraphs, no two of them equal."""
    s = language.sentences
    pairs = ((0, 1), (2, 3), (1, 2), (3, 0), (0, 2), (1, 3), (2, 0), (3, 1))
    return [f"{s[a]} {s[b]}" for a, b in pairs]


def article(language: Language, style: str = "") -> str:
    """The main part: a heading and paragraphs, one picture with a caption."""
    found = "".join(f"<p>{text}</p>" for text in paragraphs(language))
    figure = (
        f'<figure><img src="a.jpg" alt="_alt"><figcaption>{language.caption}</figcaption></figure>'
    )
    return f'<h1>{language.title}</h1><div class="text" style="{style}">{found}{figure}</div>'


def page(language: Language, style: str = "", comments: str = "") -> str:
    """A page with a menu, a cookie notice, share buttons, teasers and a footer."""
    menu = "".join(f'<li><a href="/{n}">{word}</a></li>' for n, word in enumerate(language.menu))
    teasers = "".join(
        f'<div class="teaser"><a href="/t{n}"><h3>{text}</h3></a><p>{text}</p></div>'
        for n, text in enumerate(language.teasers)
    )
    share = f'<div class="share-buttons"><a href="#">{language.share}</a></div>'
    return f"""<!DOCTYPE html><html><head><title>{language.title}</title></head><body>
<div id="cookie-banner"><p>{language.cookies}</p><button>OK</button></div>
<nav><ul>{menu}</ul></nav><div class="wrapper"><div class="page-main">{article(language, style)}</div>
{share}<div class="related-articles"><h2>{language.related}</h2>{teasers}</div>{comments}</div>
<footer><p>{language.rights}</p></footer></body></html>"""
