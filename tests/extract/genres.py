"""Pages of our own making that are no news: what must be in their text, and what must not."""

# ruff: noqa: E501

from typing import NamedTuple


class Genre(NamedTuple):
    """A page, with what a reader came for and what is only around it."""

    html: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]


def _shell(body: str, menu: tuple[str, ...], foot: str) -> str:
    links = "".join(f'<li><a href="/{n}">{word}</a></li>' for n, word in enumerate(menu))
    return (
        f"<!DOCTYPE html><html><head><title>t</title></head><body><div id='header'><ul class='nav'>"
        f"{links}</ul></div>{body}<div id='footer'><p>{foot}</p></div></body></html>"
    )


ZH = (("首页", "产品", "论坛", "联系我们"), "版权所有 © 2024 山谷网 备案号 12345678")
EN = (("Home", "Products", "Forum", "Contact us"), "© 2024 Valley Net. All rights reserved.")
DE = (("Startseite", "Produkte", "Hilfe"), "© 2024 Talnetz. Alle Rechte vorbehalten. Impressum")
RU = (("Главная", "Товары", "Форум"), "© 2024 Долина. Все права защищены.")
JA = (("ホーム", "製品", "掲示板"), "© 2024 谷ネット 無断転載を禁じます")

_ZH_STEPS = (
    "先把命令行工具下载到本机，解压之后把它所在的目录加入环境变量，然后重新打开终端。",
    "在项目的根目录执行初始化命令，它会生成一份默认的配置文件，其中的端口和路径可以按需要修改。",
    "启动服务之前请检查磁盘空间，数据目录至少需要十个吉字节，日志目录可以放在另一块磁盘上。",
    "如果服务没有启动，请查看日志的最后几行，常见的原因是端口已经被别的程序占用。",
)
_EN_POSTS = (
    "My bread has been coming out dense for a month now, and I have not changed the flour or the oven. What could it be?",
    "Check the date on your yeast first. Mine was two years old and the loaf looked like a brick until I bought a new packet.",
    "It could also be the water. Ours became harder in spring; I let it stand overnight and that helped a little.",
    "Thanks, both of you! It was the yeast after all. The loaf I baked this morning doubled in less than an hour.",
)
_ZH_POSTS = (
    "请问各位，我家的阳台朝北，一天只有两个小时的太阳，种什么花比较容易活？",
    "朝北的话可以试试绿萝和蕨类，它们不喜欢直射的阳光，三四天浇一次水就够了。",
    "我种过几年玉簪，冬天叶子会枯掉，不用担心，第二年春天自己会长出来。",
    "谢谢大家，我周末去花市看看，先买两盆绿萝试一试，养好了再来汇报。",
)
_POEM = (
    "山色远来近看无", "溪边老树半边枯", "昨夜北风吹过岭", "今朝白雪满归途",
    "炉中火暖茶初沸", "窗下灯明字未书", "欲问春天何日到", "一枝梅影入门扶",
)  # fmt: skip
_RECIPE = (
    "500 g Mehl, am besten Dinkel", "300 ml lauwarmes Wasser", "10 g frische Hefe", "2 TL Salz",
)  # fmt: skip
_RECIPE_STEPS = (
    "Die Hefe im Wasser auflösen, mit dem Mehl und dem Salz zu einem glatten Teig verkneten.",
    "Den Teig zugedeckt eine Stunde gehen lassen, bis er sich verdoppelt hat.",
    "Bei 230 Grad vierzig Minuten backen; das Brot ist fertig, wenn es beim Klopfen hohl klingt.",
)
_TERMS = (
    ("сервер", "Программа, которая принимает запросы по сети и отвечает на них, пока её не остановят."),
    ("клиент", "Программа, которая посылает запросы серверу и показывает ответы пользователю."),
    ("очередь", "Место, где сообщения ждут, пока у сервера найдётся время их обработать."),
    ("журнал", "Файл, куда сервер записывает всё, что с ним произошло, строка за строкой."),
)  # fmt: skip
_CODE = "def total(values):\n    result = 0\n    for value in values:\n        result += value\n    return result"
_FAQ = (
    ("送料はいくらですか。", "全国一律五百円です。五千円以上お買い上げの場合は、送料をいただきません。"),
    ("返品はできますか。", "商品が届いてから八日以内であれば、未使用のものに限り返品をお受けします。"),
    ("領収書はもらえますか。", "ご注文の際に宛名をお書きください。商品と一緒に領収書をお送りします。"),
    ("何日で届きますか。", "ご注文の翌日に発送し、通常は二日から三日でお届けします。離島は一週間ほどかかります。"),
)  # fmt: skip


def _thread(posts: tuple[str, ...], post: str) -> str:
    return "".join(post.format(n=n, text=text) for n, text in enumerate(posts * 2))


GENRES = {
    "zh manual": Genre(
        _shell(
            "<div class='layout'><div class='sidebar'><ul><li><a href='/a'>快速入门</a></li><li><a href='/b'>常见问题</a></li></ul></div>"
            "<div class='doc'><h1>安装指南</h1>"
            + "".join(f"<h2>第{n}步</h2><p>{text}</p><pre><code>tool --step {n}</code></pre>" for n, text in enumerate(_ZH_STEPS, 1))
            + "</div></div>",
            *ZH,
        ),
        ("安装指南", "第1步", "第4步", *_ZH_STEPS, "tool --step 3"),
        ("快速入门", "联系我们", "版权所有"),
    ),
    "zh forum": Genre(
        _shell(
            "<h1>朝北的阳台种什么花</h1>"
            + _thread(_ZH_POSTS, "<table class='post'><tr><td class='author'><a href='/u{n}'>花友{n}</a></td><td class='t_f'>{text}第{n}楼</td></tr></table>"),
            *ZH,
        ),
        tuple(f"{text}第{n}楼" for n, text in enumerate(_ZH_POSTS * 2)),
        ("联系我们", "版权所有"),
    ),
    "zh poem": Genre(
        _shell(f"<div class='poem'><h1>冬日</h1><p>{'<br>'.join(_POEM)}</p><p>注：这首诗写于山中，那年的雪比往年来得早，诗人在路上走了三天，到家时炉火还没有熄。</p></div>", *ZH),
        _POEM,
        ("联系我们", "版权所有"),
    ),
    "zh portal article in tables": Genre(
        "<table><tr><td>" + "".join(f"<a href='/{n}'>{word}</a> | " for n, word in enumerate(ZH[0])) + "</td></tr></table>"
        "<table><tr><td width=200>" + "".join(f"<a href='/n{n}'>山谷要闻之{n}今日头条</a><br>" for n in range(9)) + "</td><td>"
        "<center><font size=5>山谷里的安装工</font></center>" + "<br><br>\u3000\u3000".join(("", *_ZH_STEPS, *_ZH_POSTS)) + f"</td></tr></table><center>{ZH[1]}</center>",
        (*_ZH_STEPS, *_ZH_POSTS),
        ("山谷要闻之3", "版权所有", "联系我们"),
    ),
    "zh product": Genre(
        _shell(
            "<div class='product'><h1>手摇磨豆机</h1><p>这款磨豆机用钢制的磨芯，粗细可以分三十档调节，出门旅行也能喝到现磨的咖啡。</p>"
            "<table><tr><th>重量</th><td>六百二十克</td></tr><tr><th>容量</th><td>三十五克豆子</td></tr><tr><th>材质</th><td>不锈钢与胡桃木</td></tr></table>"
            "<h2>使用方法</h2><p>先把豆子倒进上面的仓，盖好盖子，用手握住机身，匀速摇动手柄，大约一分钟就能磨完一杯的量。</p><p>清洗时只要用刷子扫去余粉，磨芯不能用水洗，否则容易生锈，木质的手柄可以每年上一次油。</p></div>"
            "<div class='related-products'><h3>猜你喜欢</h3><ul><li><a href='/p1'>滤杯套装</a></li><li><a href='/p2'>电子秤</a></li></ul></div>",
            *ZH,
        ),
        ("手摇磨豆机", "三十档调节", "六百二十克", "使用方法", "大约一分钟", "每年上一次油"),
        ("猜你喜欢", "电子秤", "版权所有"),
    ),
    "en forum": Genre(
        _shell(
            "<h1>Dense bread</h1>"
            + _thread(_EN_POSTS, "<div class='post'><div class='postauthor'>baker{n}<br>Posts: 12</div><div class='postbody'><div class='content'>{text} ({n})</div></div></div>"),
            *EN,
        ),
        tuple(f"{text} ({n})" for n, text in enumerate(_EN_POSTS * 2)),
        ("Contact us", "All rights reserved"),
    ),
    "en thread of comments": Genre(
        _shell(
            "<h1>Ask: dense bread</h1><table class='comment-tree'>"
            + _thread(_EN_POSTS, "<tr class='comtr'><td><span class='comhead'><a href='/u{n}'>baker{n}</a></span><div class='comment'>{text} ({n})<div class='reply'><a href='/r'>reply</a></div></div></td></tr>")
            + "</table>",
            *EN,
        ),
        tuple(f"{text} ({n})" for n, text in enumerate(_EN_POSTS * 2)),
        ("Contact us", "All rights reserved"),
    ),
    "en mailing list": Genre(
        "<html><body><h1>[bread] Dense loaves</h1><b>A. Baker</b> <a href='mailto:a'>a at bread.example</a><br><i>Mon Mar 4 10:11:12 CET 2019</i><hr><pre>"
        + "\n\n".join(text[:60] + "\n" + text[60:] for text in _EN_POSTS) + "\n\n&gt; quoted line of an earlier mail\n</pre><hr>"
        "<ul><li>Previous message: <a href='1.html'>[bread] Ovens</a><li>Next message: <a href='3.html'>[bread] Flour</a></ul></body></html>",
        (*(text[60:] for text in _EN_POSTS), "quoted line of an earlier mail"),
        ("Next message",),
    ),
    "en tutorial": Genre(
        _shell(
            f"<div class='container'><h1>Sums in a loop</h1><p>{_EN_POSTS[1]}</p><p>The function below adds up numbers, one after another, without any library:</p><div class='highlight'><pre><code>{_CODE}</code></pre></div>"
            "<p>Call it with a list of numbers, and it returns their sum; an empty list gives zero, which is what you want.</p><ul><li>It takes any iterable.</li><li>It never changes its argument.</li></ul></div>",
            *EN,
        ),
        (_CODE, "one after another", "- It takes any iterable.", "- It never changes its argument.", "an empty list gives zero"),
        ("Contact us", "All rights reserved"),
    ),
    "de recipe": Genre(
        _shell(
            "<div class='recipe'><h1>Dinkelbrot</h1><p>Ein einfaches Brot, das auch Anfängern gelingt und drei Tage lang frisch bleibt.</p><h2>Zutaten</h2><ul class='ingredients'>"
            + "".join(f"<li>{each}</li>" for each in _RECIPE) + "</ul><h2>Zubereitung</h2><ol>" + "".join(f"<li>{each}</li>" for each in _RECIPE_STEPS) + "</ol></div>"
            "<div class='newsletter'><p>Melden Sie sich für unseren Newsletter an und erhalten Sie jede Woche ein Rezept.</p></div>",
            *DE,
        ),
        ("Dinkelbrot", "Zutaten", *(f"- {each}" for each in _RECIPE), *(f"{n}. {each}" for n, each in enumerate(_RECIPE_STEPS, 1))),
        ("Newsletter", "Impressum"),
    ),
    "ru glossary": Genre(
        _shell("<div class='wrap'><h1>Словарь</h1><dl>" + "".join(f"<dt>{term}</dt><dd>{text}</dd>" for term, text in _TERMS) + "</dl></div>", *RU),
        tuple(f"{term}\n{text}" for term, text in _TERMS),
        ("Все права",),
    ),
    "ja questions": Genre(
        _shell("<div class='box'><h1>よくある質問</h1>" + "".join(f"<div class='q'><h3>{q}</h3><div class='a'>{a}</div></div>" for q, a in _FAQ) + "</div>", *JA),
        tuple(each for pair in _FAQ for each in pair),
        ("無断転載",),
    ),
    "zh table of data": Genre(
        _shell(
            f"<div class='page'><h1>各月雨量</h1><p>{_ZH_STEPS[2]}</p><p>下面的表格列出了去年每个月的雨量和雨天的数目，数字来自镇上的气象站，每天早晨八点测量一次。</p><table>"
            + "".join(f"<tr><td>{n}月</td><td>{n * 13} 毫米</td><td>{n + 3} 天</td></tr>" for n in range(1, 13)) + "</table></div>",
            *ZH,
        ),
        ("各月雨量", "| 1月 | 13 毫米 | 4 天 |", "| 12月 | 156 毫米 | 15 天 |"),
        ("版权所有",),
    ),
    "zh law": Genre(
        _shell("<div class='TRS_Editor'>" + "".join(f"<p>\u3000\u3000第{n}条　{text}</p>" for n, text in zip("一二三四五六七八", _ZH_STEPS + _ZH_POSTS, strict=True)) + "</div>", *ZH),
        tuple(_ZH_STEPS + _ZH_POSTS),
        ("版权所有",),
    ),
    "old page without paragraphs": Genre(
        "<html><body bgcolor=white><center><h2>My garden</h2></center><font face=arial>" + "<br><br>".join(_EN_POSTS * 2) + "</font><hr><a href=/>Back to main page</a></body></html>",
        _EN_POSTS,
        (),
    ),
}  # fmt: skip
