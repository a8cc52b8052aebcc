"""Words that stand where a page speaks of itself: share, more, cookies, rights, subscribe.

Written down by hand, in the languages of most of the web. They are no rule of their own: that a
short block has one is a feature among others (`features.py`).
"""

# ruff: noqa: E501

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.extract.automaton import automaton

SHARING: Final = 1
LEADING_ON: Final = 2
CONSENT: Final = 4
RIGHTS: Final = 8
OFFERS: Final = 16
COMMENTING: Final = 32
CREDITS: Final = 64

_PHRASES: Final[dict[int, str]] = {
    SHARING: """share this|share on|share via|share article|tweet|facebook|whatsapp|follow us
        |copy link|email this|print this|teilen|folgen sie uns|drucken|partager|imprimer|suivez|compartir
        |compartilh|síguenos|siga-nos|condividi|seguici|delen|udostępnij|paylaş|поделиться|подписывайтесь
        |分享|微信|微博|扫一扫|二维码|收藏|点赞|シェア|ツイート|フォロー|공유|트위터|페이스북|شارك|مشاركة|تابعنا
        |bagikan|chia sẻ|แชร์|ติดตาม|साझा|שתף|κοινοποίηση|поділитися|sdílet|dela""",
    LEADING_ON: """read more|read also|read next|related|more from|more on|see also|also read|recommended|you may also
        |you might|most read|most popular|trending|latest news|next article|previous|up next|continue reading|don't miss
        |view all|see all|show more|load more|back to top|watch:|more stories|click here
        |mehr zum thema|lesen sie auch|auch interessant|weiterlesen|mehr lesen|verwandte|meistgelesen
        |lire aussi|à lire|sur le même sujet|voir aussi|articles liés|en savoir plus
        |leer más|lea también|te puede interesar|relacionad|ver más|más leíd|lo más
        |leia também|leia mais|veja também|saiba mais|mais lidas
        |leggi anche|correlati|potrebbe interessarti|lees ook|lees meer|czytaj także|zobacz|ilgili haber
        |читайте также|смотрите также|похожие|по теме|подробнее|самое читаемое|популярн
        |相关阅读|相关文章|相关新闻|推荐阅读|延伸阅读|延伸閱讀|相關|上一篇|下一篇|阅读更多|更多|热门|猜你喜欢|查看全部|返回顶部|排行
        |関連記事|あわせて読みたい|続きを読む|人気記事|おすすめ|ランキング|もっと見る|次の記事|前の記事|一覧
        |관련기사|관련 기사|많이 본|추천|더보기|이전 글|다음 글|인기
        |اقرأ أيضا|اقرأ أيضًا|اقرأ المزيد|المزيد|ذات صلة|مواضيع|الأكثر قراءة|قد يعجبك
        |baca juga|selengkapnya|xem thêm|tin liên quan|อ่านเพิ่มเติม|ข่าวที่เกี่ยวข้อง|บทความที่เกี่ยวข้อง|यह भी पढ़ें|читайте
        |čtěte|läs mer|läs också|les også|lue myös|διαβάστε επίσης|קראו גם""",
    CONSENT: """cookie|we value your privacy|consent|accept all|gdpr|privacy policy|datenschutz|einwilligung
        |confidentialité|privacidad|privacidade|кук|файлы cookie|конфиденциальн|隐私|隱私|接受|クッキー|プライバシー|同意
        |쿠키|개인정보|ملفات تعريف|الخصوصية|คุกกี้|นโยบายความเป็นส่วนตัว|çerez|ciasteczk|javascript""",
    RIGHTS: """©|all rights reserved|copyright|terms of use|terms of service|alle rechte|tous droits|todos los derechos
        |todos os direitos|tutti i diritti|все права|版权所有|版權所有|著作権|無断転載|備案|备案|icp|무단전재|무단 전재|저작권
        |جميع الحقوق|สงวนลิขสิทธิ์|impressum|mentions légales|免责声明|责任编辑|責任編輯|hak cipta|tüm hakları""",
    OFFERS: """subscribe|subscription|newsletter|sign up|sign in|log in|login|register|download our|our app|advertis
        |sponsored|donate|buy now|add to cart|free trial|promo|coupon|abonnieren|abonnement|anmelden|registrieren|anzeige
        |s'abonner|inscri|publicité|suscr|regístra|publicidad|assine|cadastr|publicidade|iscriviti|pubblicità
        |подпис|реклама|регистрация|войти|订阅|訂閱|登录|登入|注册|註冊|广告|廣告|下载|客户端|关注
        |購読|登録|ログイン|広告|会員|구독|로그인|회원가입|광고|اشترك|تسجيل|إعلان|النشرة|สมัคร|โฆษณา|เข้าสู่ระบบ
        |berlangganan|daftar|đăng ký|quảng cáo|abone|reklam|zaloguj""",
    COMMENTING: """comment|leave a reply|replies|add a|kommentar|commentaire|comentario|comentário|commenti|reacties
        |komentar|комментари|评论|評論|留言|コメント|댓글|تعليق|ความคิดเห็น|bình luận|yorum""",
    CREDITS: """photo:|photo by|image:|image credit|getty|reuters|picture:|posted by|posted on|written by|published
        |updated|last modified|by:|min read|minute read|views|foto:|bild:|quelle:|von |photo :|crédit|publié|foto de|publicado|por |atualizad
        |фото:|автор:|опубликовано|просмотр|просмотров|来源|來源|作者|编辑|編輯|记者|发布|發佈|时间|阅读|浏览|图源|图为|次阅读|字号
        |公開|更新日|投稿|撮影|写真|文：|기자|입력|수정|조회|사진|كتب|نشر|المصدر|آخر تحديث|โดย|เผยแพร่|ภาพ""",
}  # fmt: skip


@cache
def phrases() -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """The automaton over bytes of UTF-8: int16[S, 256] next states, uint8[S] what is found."""
    kinds = (
        (phrase.strip("\n").lstrip().encode(), kind)
        for kind, text in _PHRASES.items()
        for phrase in text.split("|")
    )
    moves, found = automaton(kinds, 256)
    return moves, found.astype(np.uint8)
