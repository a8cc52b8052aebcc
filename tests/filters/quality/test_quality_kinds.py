"""Kinds of text that the default profile must keep, and kinds that it must not.

All texts are written for this table. A good one is short on purpose: little text is what makes a
kind hard to tell.
"""

import pyarrow as pa
import pytest

from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rules import quality_failures

GOOD = {
    ("ko", "ko"): (
        "지난 사월 회의에서 마을은 낡은 다리를 이 년 동안 닫고 북쪽 강가에 나루터를 "
        "짓는 계획을 논의했다. 발언한 사람들은 대부분 반대했다. 남쪽 가게들은 손님의 "
        "절반을 잃을 것이고 통학 버스도 물레방앗간 쪽으로 멀리 돌아가야 한다는 것이었"
        "다. 기술자는 교각이 너무 많이 닳아서 한 번의 겨울도 더 약속할 수 없다고 대답"
        "했다. 결국 두 번째 보고서를 기다리기로 했으며, 그것은 여름이 오기 전에 도착"
        "할 예정이다. 마을 사람들은 어떤 결정이 나든 빨리 결론이 나기를 바라고 있다. "
        "다리가 없으면 장에 가는 일도, 병원에 가는 일도 훨씬 어려워지기 때문이다."
    ),
    ("th", "th"): (
        "ในการประชุมเมื่อเดือนเมษายน สภาเทศบาลได้พิจารณาแผนที่จะปิดสะพานเก่าเป็นเวลาสองปีและ"
        "สร้างท่าเรือข้ามฟากที่ฝั่งเหนือแทน"
        " ผู้ที่ลุกขึ้นพูดส่วนใหญ่ไม่เห็นด้วย พวกเขากล่าวว่าร้านค้าทางฝั่งใต้จะเสียลูกค้าไปครึ่งหนึ่ง"
        " และรถโรงเรียนจะต้องอ้อมไปทางโรงสี "
        "วิศวกรตอบว่าเสาสะพานสึกหรอมากจนเขาไม่สามารถรับรองได้ว่าจะทนได้อีกหนึ่งฤดูหนาว"
        " ในที่สุดสมาชิกสภาลงมติให้รอรายงานฉบับที่สองซึ่งคาดว่าจะมาถึงก่อนฤดูร้อน"
    ),
    ("ar", "ar"): (
        "في اجتماع أبريل ناقش المجلس خطة لإغلاق الجسر القديم مدة عامين وبناء مرسى للعبارات"
        " على الضفة الشمالية. كان معظم من تحدثوا ضد الخطة، وقالوا إن المحلات في الجانب"
        " الجنوبي ستفقد نصف زبائنها، وإن حافلة المدرسة ستضطر إلى أن تسلك الطريق الطويل"
        " من جهة الطاحونة. أجاب المهندس بأن الأعمدة قد تآكلت إلى درجة أنه لا يستطيع أن"
        " يعد بشتاء آخر. وفي النهاية قرر الأعضاء أن ينتظروا تقريرا ثانيا من المتوقع أن"
        " يصل قبل الصيف. ولم يكن أحد في البلدة راضيا عن هذا القرار، لكن الجميع اتفقوا"
        " على أن السلامة تأتي أولا."
    ),
    ("hi", "hi"): (
        "अप्रैल की बैठक में परिषद के सामने यह योजना रखी गई कि पुराने पुल को दो साल के"
        " लिए बंद कर दिया जाए और उत्तरी किनारे पर एक घाट बनाया जाए। बोलने वालों में से"
        " अधिकतर लोग इसके विरोध में थे। उन्होंने कहा कि दक्षिणी किनारे की दुकानों के आधे"
        " ग्राहक चले जाएँगे और स्कूल की बस को चक्की के रास्ते से घूमकर जाना पड़ेगा। इंजीनियर"
        " ने उत्तर दिया कि खंभे इतने घिस चुके हैं कि वह एक और सर्दी का वादा नहीं कर सकता।"
        " अंत में सदस्यों ने दूसरी रिपोर्ट की प्रतीक्षा करने का निर्णय लिया, जो गर्मियों"
        " से पहले आने वाली है।"
    ),
    ("fr", "fr"): (
        "En avril, le conseil avait à examiner un projet de fermeture du vieux pont pendant"
        " deux ans et de construction d'un embarcadère sur la rive nord. La plupart de"
        " ceux qui ont pris la parole étaient contre. Ils disaient que les magasins de"
        " la rive sud perdraient la moitié de leurs clients et que le car scolaire devrait"
        " faire le grand tour par le moulin. L'ingénieur a répondu que les piles étaient"
        " si usées qu'il ne pouvait promettre un hiver de plus. Finalement, les membres"
        " ont décidé d'attendre un second rapport, prévu avant l'été."
    ),
    ("es", "es"): (
        "En abril, el consejo tenía que examinar un plan para cerrar el puente viejo durante"
        " dos años y construir un embarcadero en la orilla norte. La mayoría de los que"
        " hablaron estaban en contra. Decían que las tiendas del lado sur perderían la"
        " mitad de sus clientes y que el autobús escolar tendría que dar la vuelta por"
        " el molino. El ingeniero respondió que los pilares estaban tan gastados que no"
        " podía prometer otro invierno. Al final los miembros decidieron esperar un segundo"
        " informe, que se espera antes del verano."
    ),
    ("poem", "en"): (
        "The Bridge in Winter\n\nThe river keeps its counsel under ice,\n"
        "and all the boats are turned upon the shore;\n"
        "the ferryman has asked the season's price\n"
        "and found it dearer than the year before.\n\n"
        "I walked across at evening with a light\n"
        "and heard the timber talking in the cold,\n"
        "as if the bridge had something from the night\n"
        "that it was waiting, patient, to be told.\n\n"
        "O let it stand, I thought, another year,\n"
        "and let the children run from side to side,\n"
        "for what we carry over, we hold dear,\n"
        "and what we leave, the water will divide."
    ),
    ("poem zh", "zh"): (
        "过桥\n\n河水在冰下不说一句话，\n船都翻过来，靠在岸边，\n"
        "摆渡的人问过冬天的价，\n说比去年又贵了一点点。\n\n傍晚我提着灯从桥上走，\n"
        "听见木头在寒冷里轻响，\n好像它从夜里带来问候，\n耐心地等着有人来商量。\n\n"
        "让它再站一年吧，我想着，\n让孩子们从这头跑到那头，\n"
        "我们带过去的，都舍不得，\n留下来的，就交给水流。"
    ),
    ("faq", "en"): (
        "Questions about the bridge\n\nWhy is the bridge closed?\n"
        "Three of the five piers were undermined by floods, and the engineer cannot say"
        " that they are safe in winter.\n\nHow long will it be closed?\n"
        "We expect that the work will take two years. If the railway shares the cost,"
        " it may take longer, because the track has to be planned as well.\n\n"
        "Can I walk across?\n"
        "No. The bridge is closed to everybody, also to people on foot and to bicycles.\n"
        "\nHow do I get to the other side?\n"
        "There is a ferry from six in the morning until ten at night. It costs nothing"
        " for those who live in the town.\n\nWho pays for the ferry?\n"
        "The council pays for it out of the money that was set aside for roads."
    ),
    ("recipe zh", "zh"): (
        "番茄炒鸡蛋\n\n"
        "这是一道很家常的菜，几乎每个人都会做，但是要做得好吃也有一些窍门。\n\n材料\n"
        "\n- 番茄两个\n- 鸡蛋三个\n- 盐少许\n- 糖一小勺\n- 葱花适量\n\n做法\n\n"
        "1. 番茄洗干净，用开水烫一下，剥去外皮，切成小块。\n"
        "2. 鸡蛋打散，加一点盐和一勺清水，这样炒出来的鸡蛋会更嫩。\n"
        "3. 锅里放油，油热以后倒入蛋液，用筷子快速划散，凝固以后立刻盛出来。\n"
        "4. 锅里再放一点油，放入番茄翻炒，加糖和盐，炒到出汁为止。\n"
        "5. 把鸡蛋倒回锅里，和番茄一起翻炒均匀，撒上葱花就可以出锅了。"
    ),
    ("steps", "en"): (
        "How to change the filter\n\n"
        "1. Turn off the water at the main valve, and open a tap to let the pressure out"
        " of the pipes.\n"
        "2. Put a bucket under the housing, because about a litre of water will run out"
        " when you open it.\n"
        "3. Unscrew the lower part with the key that came with the filter.\n"
        "4. Take out the old cartridge and clean the housing with a soft brush, but do"
        " not use soap.\n"
        "5. Put in the new cartridge with the arrow pointing up, and check that the ring"
        " lies in its groove.\n"
        "6. Screw the lower part on again by hand, open the valve slowly, and look for"
        " leaks for some minutes."
    ),
    ("changelog", "en"): (
        "# Changelog\n\n## 2.4.0\n\n"
        "- The reader now follows redirects, and the number of hops is limited to ten"
        " so that a loop cannot hang it.\n"
        "- Fixed a crash when the index was empty and the first query came before the"
        " first write.\n"
        "- `open()` takes a timeout in seconds; the default has not changed.\n\n"
        "## 2.3.1\n\n"
        "- Fixed: files that were larger than two gigabytes were read only up to their"
        " first half on 32-bit systems.\n"
        "- The documentation of the cache says what happens when the disk is full.\n\n"
        "## 2.3.0\n\n"
        "- Added an option to keep the old order of the results, for those who depend"
        " on it.\n"
        "- Removed the support of the old index format, which has been deprecated since"
        " version 1.9."
    ),
    ("transcript", "en"): (
        "MODERATOR: Good evening, and thank you all for coming. We will start with the"
        " report of the engineer.\n\n"
        "ENGINEER: Thank you. I want to begin with what we found under water. Three of"
        " the five piers no longer stand on firm ground.\n\n"
        "MODERATOR: Does that mean that the bridge can fall?\n\n"
        "ENGINEER: Not tomorrow. But I would not want to say what happens when the ice"
        " comes down the river again.\n\n"
        "RESIDENT: And who will pay for it? We have paid for the road already.\n\n"
        "MODERATOR: That is a fair question. The railway has offered to share the cost,"
        " and we will vote on it in June.\n\n"
        "RESIDENT: Then I would like to hear from the railway before we vote, and not"
        " after it."
    ),
    ("clauses", "en"): (
        "Article 4. Use of the bridge\n\n"
        "4.1 The bridge may be used by persons on foot and by vehicles of no more than"
        " three tons.\n"
        "4.2 The council may close the bridge if there is reason to believe that its use"
        " is dangerous.\n"
        "4.3 Where the bridge is closed under paragraph 4.2, the council shall provide"
        " a ferry within thirty days.\n\nArticle 5. Charges\n\n"
        "5.1 No charge shall be made for the use of the bridge or of the ferry by residents"
        " of the town.\n"
        "5.2 The council may set a charge for vehicles that are registered elsewhere."
        " The charge shall not exceed the cost of collecting it.\n"
        "5.3 Whoever has paid a charge without being liable to it may ask for its return"
        " within one year."
    ),
    ("clauses zh", "zh"): (
        "第四条　桥梁供行人和总重量不超过三吨的车辆通行。\n"
        "第五条　有理由认为继续使用桥梁将危及安全的，镇人民政府可以决定关闭桥梁。\n"
        "第六条　依照前条规定关闭桥梁的，镇人民政府应当在三十日内开设渡口。\n"
        "第七条　本镇居民使用桥梁和渡口，不得收取费用。\n"
        "第八条　对在外地登记的车辆，镇人民政府可以规定收费标准，但是收费不得超过征收"
        "的成本。\n第九条　误缴费用的人，可以自缴费之日起一年以内申请退还。"
    ),
    ("math", "en"): (
        "Theorem. Let $f$ be continuous on $[a, b]$ and let $f(a) < 0 < f(b)$. Then there"
        " is a point $c$ in $(a, b)$ with $f(c) = 0$.\n\n"
        "Proof. Let $S$ be the set of all $x$ in $[a, b]$ with $f(x) < 0$. It is not empty,"
        " because $a$ is in it, and it is bounded by $b$. So it has a least upper bound,"
        " which we call $c$. If $f(c) < 0$, then by continuity $f$ is negative in a neighbourhood"
        " of $c$, so that $c$ would not be an upper bound. If $f(c) > 0$, then $f$ is"
        " positive in a neighbourhood of $c$, so that there would be a smaller upper bound."
        " Hence $f(c) = 0$.\n\n"
        "Remark. The theorem is false over the rational numbers: the function $x^2 - 2$"
        " changes its sign between 1 and 2, but has no zero there."
    ),
    ("dialogue zh", "zh"): (
        "“你看过那份报告了吗？”玛莎问。\n\n"
        "“看过了，”工程师说，“比我想的还要糟。”\n\n“糟多少？”\n\n"
        "“五个桥墩坏了三个。洪水把底下的土都冲走了，十年来没有人去看过。”\n\n"
        "她放下杯子。“那我们就得把桥关掉。”\n\n"
        "“今天还不用，”他说，“不过在结冰之前，一定要关。一月份的时候，我可不会让自己"
        "的孩子从上面走过去。”"
    ),
    ("faq zh", "zh"): (
        "常见问题\n\n桥为什么关闭了？\n"
        "五个桥墩当中有三个被洪水掏空，工程师不能保证冬天的安全。\n\n"
        "要关闭多长时间？\n"
        "预计工程需要两年。如果铁路公司分担费用，时间可能会更长，因为还要规划轨道。\n"
        "\n可以步行通过吗？\n不可以。桥对所有人关闭，包括行人和自行车。\n\n"
        "怎样到对岸去？\n每天早上六点到晚上十点有渡船，本镇居民免费乘坐。"
    ),
    ("minutes short", "en"): (
        "The library is open again from Monday. During the works the books from the first"
        " floor were kept in the school, and some of them are still there; if you cannot"
        " find a title, please ask at the desk and we will bring it within a day. The"
        " reading room has new lamps, and there are now twelve places with a socket for"
        " those who work with a computer."
    ),
}  # fmt: skip

BAD = {
    ("seo", "en"): (
        "cheap watches, buy watches online, discount watches, luxury watches sale, replica"
        " watches, best price watches, swiss watches cheap, men watches, women watches,"
        " sport watches, gold watches, silver watches, watches free shipping, watches"
        " outlet, watches store, wholesale watches, designer watches, watches for sale,"
        " buy cheap watches now, top brand watches, watches coupon, watches deals, watches"
        " review, waterproof watches, digital watches, watches 2024, watches near me"
    ),
    ("menu", "en"): (
        "Home\nAbout Us\nProducts\nServices\nOur Team\nGallery\nBlog\nNews\nEvents\n"
        "Careers\nContact\nLogin\nRegister\nMy Account\nCart (0)\nCheckout\n"
        "Wish List\nFAQ\nShipping\nReturns\nPrivacy Policy\nTerms of Use\nSite Map\n"
        "Follow us on Facebook\nTwitter\nInstagram\nYouTube\n"
        "Subscribe to our newsletter\nEnter your email\nSubmit\n"
        "© 2024 All rights reserved\nPowered by WordPress\nBack to top\nSearch\n"
        "Categories\nArchives\nRecent Posts\nTags\nRSS\nMen\nWomen\nKids\nShoes\n"
        "Bags\nSale"
    ),
    ("cookies", "en"): (
        "We use cookies to improve your experience. Accept all cookies. Reject all. Manage"
        " preferences. Necessary cookies. Always active. Statistics cookies. Marketing"
        " cookies. Preferences. Save settings. Show details. Cookie policy. Privacy policy."
        " Consent. Details. About. Allow selection. Allow all. Deny. Powered by Cookiebot."
    ),
    ("products", "en"): (
        "Steel Watch Classic $49.99\nAdd to Cart\nQuick View\n★★★★☆ (12)\n"
        "Diver Pro 200m $89.00\nAdd to Cart\nQuick View\n★★★★☆ (3)\n"
        "Gold Edition Lady $120.50\nAdd to Cart\nQuick View\n★★★★☆ (8)\n"
        "Kids Fun Watch $15.00\nAdd to Cart\nQuick View\n★★★★☆ (44)\n"
        "Sport Digital $25.90\nAdd to Cart\nQuick View\n★★★★☆ (17)\n"
        "Leather Strap Brown $12.00\nAdd to Cart\nQuick View\n★★★★☆ (2)\n"
        "Smart Band 4 $39.95\nAdd to Cart\nQuick View\n★★★★☆ (101)\n"
        "Pocket Watch Retro $59.00\nAdd to Cart\nQuick View\n★★★★☆ (6)"
    ),
    ("error", "en"): (
        "404 Not Found\n\nThe page you requested could not be found.\n\n"
        "Go back to the homepage or contact the administrator.\n\nnginx/1.18.0"
    ),
    ("lorem", "en"): (
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor"
        " incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud"
        " exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat. Duis aute"
        " irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat"
        " nulla pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa"
        " qui officia deserunt mollit anim id est laborum."
    ),
    ("seo zh", "zh"): (
        "高仿手表,手表批发,名牌手表,手表价格,手表代理,瑞士手表,男士手表,女士手表,手表"
        "货源,手表厂家,手表专卖,手表网站,复刻手表,精仿手表,手表微信,手表一手货源,手表"
        "顶级复刻,手表哪里买,手表多少钱,手表图片,手表报价,手表推荐,手表排行榜,手表官"
        "网,手表旗舰店,手表代购,手表免税店,手表优惠,手表打折,手表促销"
    ),
    ("menu zh", "zh"): (
        "首页\n关于我们\n产品中心\n新闻动态\n技术支持\n联系我们\n在线留言\n人才招聘\n"
        "公司简介\n企业文化\n荣誉资质\n组织架构\n行业新闻\n公司新闻\n常见问题\n"
        "下载中心\n成功案例\n合作伙伴\n客户服务\n售后服务\n网站地图\n友情链接\n"
        "返回顶部\n加入收藏\n设为首页\n登录\n注册\n忘记密码\n购物车\n我的订单\n"
        "会员中心\n版权所有\n京ICP备00000000号\n技术支持某某网络"
    ),
    ("products zh", "zh"): (
        "男士机械手表\n￥499.00\n立即购买 加入购物车\n已售12件 好评率99%\n"
        "女士石英手表\n￥299.00\n立即购买 加入购物车\n已售35件 好评率99%\n"
        "运动电子手表\n￥99.00\n立即购买 加入购物车\n已售204件 好评率99%\n"
        "儿童卡通手表\n￥59.00\n立即购买 加入购物车\n已售88件 好评率99%\n"
        "情侣对表礼盒\n￥699.00\n立即购买 加入购物车\n已售7件 好评率99%\n"
        "真皮表带棕色\n￥39.00\n立即购买 加入购物车\n已售510件 好评率99%\n"
        "智能手环四代\n￥199.00\n立即购买 加入购物车\n已售1001件 好评率99%\n"
        "怀表复古翻盖\n￥129.00\n立即购买 加入购物车\n已售6件 好评率99%"
    ),
    ("cookies zh", "zh"): (
        "本网站使用Cookie。接受全部。拒绝全部。设置。必要Cookie。始终启用。统计Cookie"
        "。营销Cookie。偏好。保存设置。显示详情。隐私政策。同意。关于。允许选择。全部"
        "允许。拒绝。返回。"
    ),
    ("menu de", "de"): (
        "Startseite\nÜber uns\nLeistungen\nProdukte\nReferenzen\nAktuelles\nTermine\n"
        "Kontakt\nImpressum\nDatenschutz\nAGB\nWarenkorb\nMein Konto\nAnmelden\n"
        "Registrieren\nSuche\nNewsletter\nVersand\nRückgabe\nZahlungsarten\nHerren\n"
        "Damen\nKinder\nSchuhe\nTaschen\nSale\nFolgen Sie uns\nFacebook\nInstagram\n"
        "Nach oben\nKategorien\nArchiv\nHäufige Fragen\nJobs\nPresse\nPartner\n"
        "Anfahrt\nÖffnungszeiten\nTeam\nGalerie\nDownloads\nBlog\nShop\nAngebote\n"
        "Gutscheine\nMarken\nBestseller\nNeuheiten\nSitemap\nCookies"
    ),
    ("menu ru", "ru"): (
        "Главная\nО компании\nКаталог\nУслуги\nДоставка\nОплата\nКонтакты\nНовости\n"
        "Акции\nОтзывы\nВакансии\nВойти\nРегистрация\nКорзина\nЛичный кабинет\n"
        "Избранное\nСравнение\nПоиск\nМужчинам\nЖенщинам\nДетям\nОбувь\nСумки\n"
        "Распродажа\nКарта сайта\nПолитика конфиденциальности\nПодписаться\n"
        "Вконтакте\nНаверх\nЧасто задаваемые вопросы\nГарантия\nВозврат\nБренды\n"
        "Новинки\nХиты продаж\nБлог\nПартнёрам\nПресса\nРеквизиты\nСертификаты\n"
        "Галерея\nВидео\nСкачать\nПомощь\nОбратная связь\nЗаказать звонок\nМагазины\n"
        "Город\nМосква"
    ),
    ("menu ja", "ja"): (
        "ホーム\n会社概要\n製品情報\nサービス\nお知らせ\n採用情報\nお問い合わせ\n"
        "よくある質問\nサイトマップ\nプライバシーポリシー\n利用規約\nログイン\n"
        "新規登録\nカート\nお気に入り\n検索\nメンズ\nレディース\nキッズ\nシューズ\n"
        "バッグ\nセール\nランキング\n新着\nブランド\nギフト\n送料無料\n返品\n"
        "お支払い\n特定商取引法\nページトップへ\nメルマガ登録\nフェイスブック\n"
        "カテゴリー\nアーカイブ\n人気記事\n最新記事\nタグ"
    ),
    ("menu ko", "ko"): (
        "홈\n회사소개\n제품\n서비스\n공지사항\n채용\n문의하기\n자주 묻는 질문\n"
        "사이트맵\n개인정보처리방침\n이용약관\n로그인\n회원가입\n장바구니\n관심상품\n"
        "검색\n남성\n여성\n아동\n신발\n가방\n세일\n랭킹\n신상품\n브랜드\n선물\n"
        "무료배송\n반품\n결제\n맨위로\n뉴스레터\n페이스북\n카테고리\n보관함\n인기글\n"
        "최신글\n태그\n고객센터\n이벤트\n쿠폰\n포인트\n주문조회\n배송조회\n매장안내\n"
        "오시는길\n갤러리\n다운로드\n블로그\n제휴문의\n광고문의\n보도자료\n파트너"
    ),
    ("menu ar", "ar"): (
        "الرئيسية\nمن نحن\nالمنتجات\nالخدمات\nالأخبار\nاتصل بنا\nتسجيل الدخول\n"
        "إنشاء حساب\nسلة التسوق\nالمفضلة\nبحث\nرجال\nنساء\nأطفال\nأحذية\nحقائب\n"
        "تخفيضات\nخريطة الموقع\nسياسة الخصوصية\nشروط الاستخدام\nتابعنا\nفيسبوك\n"
        "تويتر\nأعلى الصفحة\nالأسئلة الشائعة\nالشحن\nالإرجاع\nالدفع\n"
        "العلامات التجارية\nوصل حديثا\nالأكثر مبيعا\nالمدونة\nالوظائف\nالشركاء\n"
        "الصور\nالفيديو\nتحميل\nالمساعدة\nالفروع\nالعروض\nالقسائم\nالهدايا\nحسابي\n"
        "طلباتي\nتتبع الطلب\nالضمان\nالتقييمات\nالنشرة البريدية"
    ),
    ("menu hi", "hi"): (
        "होम\nहमारे बारे में\nउत्पाद\nसेवाएँ\nसमाचार\nसंपर्क करें\nलॉगिन\nरजिस्टर\n"
        "कार्ट\nपसंदीदा\nखोजें\nपुरुष\nमहिला\nबच्चे\nजूते\nबैग\nसेल\nसाइटमैप\n"
        "गोपनीयता नीति\nनियम और शर्तें\nफेसबुक\nट्विटर\nऊपर जाएँ\nसामान्य प्रश्न\n"
        "डिलीवरी\nवापसी\nभुगतान\nब्रांड\nनए उत्पाद\nबेस्टसेलर\nब्लॉग\nनौकरियाँ\n"
        "पार्टनर\nगैलरी\nवीडियो\nडाउनलोड\nसहायता\nऑफर\nकूपन\nउपहार\nमेरा खाता\n"
        "मेरे ऑर्डर\nऑर्डर ट्रैक करें\nवारंटी\nसमीक्षाएँ\nन्यूज़लेटर"
    ),
    ("menu th", "th"): (
        "หน้าแรก\nเกี่ยวกับเรา\nสินค้า\nบริการ\nข่าวสาร\nติดต่อเรา\nเข้าสู่ระบบ\n"
        "สมัครสมาชิก\nตะกร้าสินค้า\nรายการโปรด\nค้นหา\nผู้ชาย\nผู้หญิง\nเด็ก\n"
        "รองเท้า\nกระเป๋า\nลดราคา\nแผนผังเว็บไซต์\nนโยบายความเป็นส่วนตัว\n"
        "เงื่อนไขการใช้งาน\nติดตามเรา\nเฟซบุ๊ก\nกลับขึ้นด้านบน\nคำถามที่พบบ่อย\n"
        "การจัดส่ง\nการคืนสินค้า\nการชำระเงิน\nแบรนด์\nสินค้าใหม่\nขายดี\nบล็อก\n"
        "ร่วมงานกับเรา"
    ),
    ("seo es", "es"): (
        "comprar relojes baratos, relojes online, relojes hombre, relojes mujer, relojes"
        " oferta, relojes suizos, relojes réplica, relojes deportivos, relojes de oro,"
        " relojes de plata, tienda de relojes, precio relojes, relojes descuento, relojes"
        " originales, relojes marca, relojes digitales, relojes niños, relojes envío gratis,"
        " relojes outlet, relojes lujo, relojes buceo, relojes vintage, relojes rebajas,"
        " relojes segunda mano, relojes opiniones, mejores relojes, relojes automáticos"
    ),
    ("products fr", "fr"): (
        "Montre acier classique 49,99 €\nAjouter au panier\nAperçu rapide\nEn stock\n"
        "Plongée Pro 200m 89,00 €\nAjouter au panier\nAperçu rapide\nEn stock\n"
        "Édition Or Femme 120,50 €\nAjouter au panier\nAperçu rapide\nEn stock\n"
        "Montre Enfant 15,00 €\nAjouter au panier\nAperçu rapide\nEn stock\n"
        "Sport Digital 25,90 €\nAjouter au panier\nAperçu rapide\nEn stock\n"
        "Bracelet cuir brun 12,00 €\nAjouter au panier\nAperçu rapide\nEn stock\n"
        "Bande connectée 4 39,95 €\nAjouter au panier\nAperçu rapide\nEn stock\n"
        "Montre à gousset 59,00 €\nAjouter au panier\nAperçu rapide\nEn stock"
    ),
    ("log", "en"): (
        "2024-01-01 12:00:01 INFO worker[1] GET /index.html 200 13ms\n"
        "2024-01-02 12:00:02 INFO worker[2] GET /index.html 200 26ms\n"
        "2024-01-03 12:00:03 INFO worker[3] GET /index.html 200 39ms\n"
        "2024-01-04 12:00:04 INFO worker[4] GET /index.html 200 52ms\n"
        "2024-01-05 12:00:05 INFO worker[5] GET /index.html 200 65ms\n"
        "2024-01-06 12:00:06 INFO worker[6] GET /index.html 200 78ms\n"
        "2024-01-07 12:00:07 INFO worker[7] GET /index.html 200 91ms\n"
        "2024-01-08 12:00:08 INFO worker[8] GET /index.html 200 104ms\n"
        "2024-01-09 12:00:09 INFO worker[9] GET /index.html 200 117ms\n"
        "2024-01-10 12:00:00 INFO worker[10] GET /index.html 200 130ms\n"
        "2024-01-11 12:00:01 INFO worker[11] GET /index.html 200 143ms\n"
        "2024-01-12 12:00:02 INFO worker[12] GET /index.html 200 156ms\n"
        "2024-01-13 12:00:03 INFO worker[13] GET /index.html 200 169ms\n"
        "2024-01-14 12:00:04 INFO worker[14] GET /index.html 200 182ms\n"
        "2024-01-15 12:00:05 INFO worker[15] GET /index.html 200 195ms\n"
        "2024-01-16 12:00:06 INFO worker[16] GET /index.html 200 208ms\n"
        "2024-01-17 12:00:07 INFO worker[17] GET /index.html 200 221ms\n"
        "2024-01-18 12:00:08 INFO worker[18] GET /index.html 200 234ms\n"
        "2024-01-19 12:00:09 INFO worker[19] GET /index.html 200 247ms\n"
        "2024-01-20 12:00:00 INFO worker[20] GET /index.html 200 260ms\n"
        "2024-01-21 12:00:01 INFO worker[21] GET /index.html 200 273ms\n"
        "2024-01-22 12:00:02 INFO worker[22] GET /index.html 200 286ms\n"
        "2024-01-23 12:00:03 INFO worker[23] GET /index.html 200 299ms\n"
        "2024-01-24 12:00:04 INFO worker[24] GET /index.html 200 312ms\n"
        "2024-01-25 12:00:05 INFO worker[25] GET /index.html 200 325ms\n"
        "2024-01-26 12:00:06 INFO worker[26] GET /index.html 200 338ms\n"
        "2024-01-27 12:00:07 INFO worker[27] GET /index.html 200 351ms\n"
        "2024-01-28 12:00:08 INFO worker[28] GET /index.html 200 364ms\n"
        "2024-01-29 12:00:09 INFO worker[29] GET /index.html 200 377ms"
    ),
    ("names", "en"): (
        "John Smith, CEO\nJohn Miller, CFO\nJohn Brown, Sales Manager\n"
        "John Jones, Marketing Director\nMary Smith, CEO\nMary Miller, CFO\n"
        "Mary Brown, Sales Manager\nMary Jones, Marketing Director\nPeter Smith, CEO\n"
        "Peter Miller, CFO\nPeter Brown, Sales Manager\n"
        "Peter Jones, Marketing Director\nSusan Smith, CEO\nSusan Miller, CFO\n"
        "Susan Brown, Sales Manager\nSusan Jones, Marketing Director\n"
        "David Smith, CEO\nDavid Miller, CFO\nDavid Brown, Sales Manager\n"
        "David Jones, Marketing Director\nLinda Smith, CEO\nLinda Miller, CFO\n"
        "Linda Brown, Sales Manager\nLinda Jones, Marketing Director"
    ),
    ("calendar", "en"): (
        "Mon Tue Wed Thu Fri Sat Sun\n1 2 3 4 5 6 7\n8 9 10 11 12 13 14\n"
        "15 16 17 18 19 20 21\n22 23 24 25 26 27 28\n29 30 31\n"
        "January February March April May June July August September October November"
        " December\nToday Week Month Year\nPrevious Next\nNo events\nAdd event\n"
        "Subscribe to calendar\nExport iCal\nPrint view\nToday Week Month Year\n"
        "Previous Next"
    ),
}  # fmt: skip


def reasons(text: str, lang: str) -> set[str]:
    """What the text fails under the default profile."""
    texts, langs = pa.array([text]), pa.array([lang])
    measures = measure_quality(texts, langs, prose=True)
    failures = quality_failures(measures, langs, load_profile("default"))
    return {reason for reason, failed in failures.items() if failed[0]}


@pytest.mark.parametrize("kind", GOOD, ids="-".join)
def test_good_kinds_stay(kind: tuple[str, str]) -> None:
    assert reasons(GOOD[kind], kind[1]) == set()


@pytest.mark.parametrize("kind", BAD, ids="-".join)
def test_bad_kinds_go(kind: tuple[str, str]) -> None:
    assert reasons(BAD[kind], kind[1])
