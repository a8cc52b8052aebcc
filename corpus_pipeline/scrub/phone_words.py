"""Words that say that a number is a telephone number, in many languages.

* "phone: 467 3395": a name of a line before the number; almost any digits are believed.
* "call me at 0494 92 82 32": a verb; the digits must be grouped, or valid in a region.
* "781 1704 office": a name of a line after the number.
"""

import re


def split_words(text: str) -> list[str]:
    return text.split()


#: Names of lines and devices, as whole words.
LINE_WORDS = split_words(
    "tel tels telp telephone telephones telefon telefone telefones telefoon telefonu "
    "telefoni teléfono teléfonos telefono téléphone tél telf tlf tfno tfn tālr puh ph "
    "phone phones mob mobil mobiel mobile mobiles móvil movil portable celular cel cell "
    "cells cellular cellphone handy fon rufnummer durchwahl gsm fax faxes faks telefax "
    "telefaks facsimile hotline hotlines helpline helplines pager pagers beeper voice "
    "voicemail whatsapp wa sms viber switchboard landline hp sđt đt тел телефон телефоны "
    "моб факс τηλ τηλέφωνο κινητό هاتف تليفون جوال تلفن موبایل फोन फ़ोन मोबाइल दूरभाष "
    "טלפון נייד פקס "
    # Compounds and inflected forms.
    "telefonnummer telefonnummern telefonnr telefonnumre telefonnumret telefonszám telefonszáma "
    "handynummer handynr mobilnummer mobilnr mobiltelefon mobilfunk faxnummer tlf tfn telefony "
    "síma sími símanúmer telefoninumber "
    "telefonem telefonicznie telefonní telefónne telefonski telefoonnummer telefoonnummers "
    "gsmnummer mobieltje telefonica telefónica telefónico telefônico telefônica fone fones "
    "telemóvel telemovel telemóveis móviles celulares cellulare cellulari "
    "téléphonique télécopie télécopieur komórka infolinia telefaxu mobilu mobila "
    "telefonum telefonumuz telefonları telepon tlp ponsel seluler whatsap puhelin "
    "puhelinnumero matkapuhelin puhelimitse "
    "телефону телефоном телефона телефоне телефонам телефонів телефони тлф сот сотовый мобильный "
    "мобилен мобільний мобільного ватсап вотсап вайбер стационарный "
    "τηλέφωνα τηλεφωνο κιν φαξ "
    "الهاتف هواتف الجوال جوالي محمول المحمول تلفون التلفون التليفون الموبايل موبايلي فاكس الفاكس "
    "واتساب واتس هاتفي خلوي خليوي همراه نمابر فکس فون "
    "टेलीफोन टेलीफ़ोन फैक्स फ़ैक्स व्हाट्सएप हेल्पलाइन ফোন মোবাইল தொலைபேசி "
    "callback callbacks rückrufnummer mobilrufnummer notfallnummer privatnummer recapito recapiti "
    "telefonnal telefone telefoons mobieltje мобильник "
)
#: The same in two words, or joined to others.
_LINE_PHRASES = (
    r"(?:call|text|ring|reach|contact) (?:me|us|him|her|them) (?:back )?(?:at|on)|"
    r"hot-lines?|help-lines?|whats app|toll[ -]free|dial[ -]in|call[ -]in|contact (?:no|number)|"
    r"direct (?:dial|line|fax)|điện thoại|đường dây nóng|di động|máy bàn|горячая линия|"
    r"гаряча лінія|telefon komórkowy|numéro vert|número gratuito|numero verde|telefone fixo|"
    r"kom\.|cep (?:tel|telefonu|telefonum|no|numarası)|"
    # The number of a person, and one that has changed.
    r"(?:my|his|her|new) (?:new |own |cell )?number|(?:meine|neue) (?:neue )?nummer|"
    r"(?:mon|nouveau) (?:nouveau )?numéro|changé de numéro|(?:mio|nuovo) (?:nuovo )?numero|"
    r"numero nuovo|(?:mi|nuevo) (?:nuevo )?número|número nuevo|(?:meu|novo) (?:novo )?número|"
    r"número novo|(?:mijn|nieuwe) (?:nieuwe )?nummer|(?:mój|nowy) (?:nowy )?numer|"
    r"(?:мой|новый) (?:новый )?номер|новый номер"
)
#: The same in scripts without spaces.
_LINE_SIGNS = split_words(
    "电话 電話 手机 手機 座机 固话 热线 熱線 专线 専線 传真 傳真 总机 客服 联系方式 "
    "聯絡方式 携帯 ケータイ ファックス ファクス フリーダイヤル 전화 연락처 휴대 핸드폰 "
    "팩스 고객센터 콜센터 상담센터 手提 行動 "
    "휴대폰 휴대전화 핸드폰번호 대표번호 โทร เบอร์ มือถือ แฟกซ์ แฟ็กซ์ โทรสาร สายด่วน "
    "致电 致電 拨打 撥打 來電請 市话 市話 行動電話 專線 聯絡電話 直通电话 携带电话 内線 "
    "ទូរស័ព្ទ ໂທ ဖုန်း 新号码 新號碼 我的号码 我的號碼 换号 換號 新しい番号 "
)
#: Verbs, weaker.
_VERB_WORDS = split_words(
    "call calls called calling dial ring contact reach reached registered helpdesk "
    "reservations enquiries inquiries bookings appelez "
    "appeler llame llamar rufen anrufen chiamare ligue bel zadzwoń позвоните звоните "
    "joignable joindre contacter contactez téléphonez llámenos llámame llámanos llama llamando "
    "contacte contáctenos contacto contactos contato contatos ligar contate chiama chiamaci "
    "chiamateci chiamando contattare contattateci anruf anrufe erreichbar erreichen ruf bellen "
    "bereikbaar bereiken dzwonić dzwoń dzwońcie kontakt kontakty volejte zavolejte volat volajte "
    "ringa ringer kontakta hívja hívjon sunați sunati soita soittamalla "
    "звонить обращаться обращайтесь контакты контакт дзвоніть телефонуйте зателефонуйте "
    "подзвоніть набирайте καλέστε επικοινωνήστε "
    "arayın arayınız aramak arayabilirsiniz iletişim ulaşabilirsiniz gọi hubungi kontak hubungilah "
    "اتصل اتصلوا للاتصال الاتصال للتواصل التواصل تواصل راسلنا للاستفسار تماس "
    "संपर्क सम्पर्क कॉल вопросы вопросам справки справкам "
)
_VERB_PHRASES = (
    r"customer (?:service|care|support)|(?:my|your|his|her|our|their|new|daytime|evening) numbers?|"
    r"liên hệ|liên lạc"
)
#: Verbs that need a person, a preposition or a colon behind them.
_TRANSITIVE_WORDS = split_words("text texted texting message messages answering answer page ")
_VERB_SIGNS = split_words(
    "拨 联系 聯繫 聯絡 咨询 諮詢 短信 来电 來電 回电 打给 微信 联络 "
    "电联 打电话 打電話 お問い合わせ 問い合わせ ご連絡 お電話 문의 연락 ติดต่อ "
)
#: Words of asking and answering, the weakest: a valid number of nine digits or more must follow.
_MENTION_WORDS = split_words(
    "unter rückfragen rückfrage hinweise auskunft auskünfte anmeldung anmeldungen anfragen "
    "terminvereinbarung reservierung reservierungen infos "
    "appelle rappelle rappelez rappeler renseignements réservation réservations inscriptions infos "
    "informaciones informes reservas llámala llámalo pregunta preguntar avisar "
    "falar fale liga ligar informações tratar reservas marcações "
    "informazioni prenotazioni telefonare chiedere "
    "inlichtingen aanmelden reserveren informatie "
    "dzwoń zadzwoń informacje zapisy rezerwacja rezerwacje pytać "
    "звони набери пиши пишите спросить информация запись бронирование "
)
#: Places; the number must follow at once.
_PLACE_WORDS = split_words(
    "office home work desk direct main page comments bureau domicile dienst privat "
)
_BEGIN, _END = r"(?<![^\W_])", r"(?![^\W\d_])"
_LINES = (
    rf"{_BEGIN}(?:{'|'.join(LINE_WORDS)}|{_LINE_PHRASES}){_END}"
    r"|phone(?:s|\s?(?:numbers?|no))?(?![a-z])|" + "|".join(_LINE_SIGNS)
)
_VERBS = (
    rf"(?<![^\W_/])(?:(?:{'|'.join(_VERB_WORDS)}|{_VERB_PHRASES})|"
    rf"(?:{'|'.join(_TRANSITIVE_WORDS)})(?= (?:me|us|him|her|at|on|to){_END}|:)){_END}|"
    + "|".join(_VERB_SIGNS)
)
_PLACES = rf"(?<![^\W_/])(?:{'|'.join(_PLACE_WORDS)}){_END}[\s:：#.(>*]{{0,5}}$"

#: What may stand between the word and the number.
_BETWEEN = (
    r"(?:[\s:：#*_.,;?/\\|=>\"'`()\[\]{}~<+-]"
    rf"|{_BEGIN}(?:numbers?|no|nr|num|is|are|was|at|on|to|us|me|him|her|them|or|and|my|your|his|our|the|"
    rf"line|direct|home|work|office|mobile|"
    rf"cell|day|eve|"
    rf"evening|via|by|now|toll|free|au|le|de|la|el|al|số|"
    rf"usa?|uk|here|please|old|new|"
    # The same in other languages: number, at, to, us, you, please.
    rf"nummer|numéro|número|numero|numer|numeru|číslo|čísle|číslem|szám|numarası|numaramız|numaram|"
    rf"numara|nomor|номер|номеру|номером|номера|number|numéros|números|unter|der|die|dem|uns|sie|an|"
    rf"auf|ihn|ihr|op|het|ons|naar|lui|vous|nous|par|les|sur|los|las|por|para|pelo|pela|nos|il|lo|"
    rf"alla|al|ci|na|pod|do|nas|nám|pro|på|till|oss|til|för|нам|по|за|на|под|ему|нас|від|із|"
    rf"bizi|bizim|olan|kami|kita|di|ke|saya|là|cho|theo|qua|với|chúng|tôi|"
    rf"رقم|الرقم|على|عبر|بنا|معنا|أو|او|برقم|شماره|με|στο|το|"
    rf"नंबर|नम्बर|नं|करें|करे|पर|को|है|सेवा|no|nº|n°|nro|núm|č|čís|č\.|wa){_END}"
    rf"|{_BEGIN}(?:mich|mir|ihm|mij|hem|haar|mi|gli|und|oder|ou|y|et|en|und|или|и){_END}"
    r"|\((?:bh|ah|[hwmoc])\)|[改换換變变][成为為了]"
    r"|['’]s(?= )|号码|號碼|号|號|码|旧|舊|新|原|为|為|是|请|請|或|及|和|、|，|至|：|は|"
    r"给我|給我|我们|我們|您|你|微信|同号|同號|咨询|諮詢|查询|联系人?|"
    r"番号|番號|まで|に|へ|번호|는|은|로|หมายเลข|ที่|ศัพท์|คือ|\ufffc(?!\ufffc))"
)

_ANNOUNCED = re.compile(
    rf"(?:(?P<line>{_LINES})|(?:{_VERBS})){_BETWEEN}{{0,8}}$|{_PLACES}", re.IGNORECASE
)
#: One letter and a colon or a full stop, as on cards: T: 020 7946 0958; or with nothing else on its
#: line but nine digits or more.
_LETTER = re.compile(r"(?<![A-Za-z0-9.])(?:[TPMFCHOWD] ?[:.]|[tpmfchowd]:) ?\(?$")
_LETTER_BEFORE = re.compile(r"(?<![^\n])[TMF] \(?$")
_REST_OF_LINE = re.compile(r"[+(]{0,2}(?:\d[ ().\-/]{0,3}){9,15}(?:$|\n)")
#: A verb, the name of a person, a preposition: call Mandy Jones at 0494 92 82 32
_BY_NAME = re.compile(
    rf"{_BEGIN}(?:call|ring|phone|text|contact|reach|bel|appelez?|appeler|joindre|contacte[rz]?|"
    r"chiam(?:a|i|are|ate)|contatta(?:re|te)?|llam(?:a|ar|e|en)|contactar|lig(?:ar|ue|uem)|"
    r"erreichen|kontaktieren)"
    r"(?: (?:(?-i:[^\W\d_a-zß-öø-ÿ])[\w.'’\-]*"
    r"|de|van|der|den|von|da|di|do|dos|la|le|el|te|ten|ter)){1,5}"
    r" (?:at|on|via|op|al|au|unter|auf|no|pelo|pod)"
    r"(?: (?:number|numero|número|numéro|nummer))? ?\(?$",
    re.IGNORECASE,
)
#: A mail address (`detectors.cover`) before or behind a number, in a list of ways to somebody.
_BESIDE = (
    r"[>)\]]?[ \t]?[,;·|/•–-]?\s?(?:(?:or|and|oder|und|ou|o|y|et|e|или|и) )?[或及和と]? ?[<(]?"
)
_MAIL_BEFORE = re.compile(rf"@\ufffc{_BESIDE}$")
_MAIL_AFTER = re.compile(rf"{_BESIDE}\ufffc@")
#: A word some way before, in the same sentence and with no other number between.
_MENTIONED = re.compile(
    rf"(?:{_LINES}|{_VERBS}|{_BEGIN}(?:{'|'.join(_MENTION_WORDS)}){_END}"
    rf"|{_BEGIN}text(?= (?-i:[A-Z]))|(?<![가-힣])폰)"
    # A full stop behind a title or an initial ends no sentence.
    r"(?:[^\n.!?。！？;；0-9]"
    r"|(?-i:(?<=[ (][A-Z])|(?<= (?:Dr|Mr|Ms|Sr))|(?<= Mrs)|(?<= Sra))\.){0,40}$",
    re.IGNORECASE,
)

_AFTER = re.compile(
    r"[ \t]{0,2}[-–,(\[]{0,2} ?(?:(?P<line>tel(?:ephone)?|phone|mobile|mob|cell(?:ular|phone)?|fax|"
    r"facsimile|voice ?mail|voice|pager|handy|portable|móvil|telefax|telefaks|faks|telefon|"
    r"telefoon|teléfono|telefono|telefone|téléphone|télécopie|telemóvel|celular|cellulare|mobil|mobiel|"
    r"ponsel|puhelin|gsm|whatsapp|điện thoại|di động|"
    r"传真|傳真|手机|手機|电话|電話|座机|座機|固话|热线|熱線|携帯|ファックス|ファクス|팩스|전화|휴대폰|핸드폰|"
    r"тел|телефон|факс|моб|мобильный|мобільний|φαξ|τηλ|κιν|هاتف|فاكس|جوال|موبايل|محمول|واتساب|تلفن|פקס|טלפון|נייד|"
    r"फैक्स|फ़ैक्स|फोन|फ़ोन|मोबाइल|แฟกซ์|แฟ็กซ์|โทรสาร|มือถือ)"
    r"|(?:office|home|desk|work|direct(?: dial| line| fax)?|main|cell|[CHOWMFT](?=[)\]])))"
    # A word between two numbers on a line names the second, unless it stands in brackets.
    rf"{_END}(?:[)\]](?=\s*(?:$|[\n,;.|/\\&（(\[<+]|\d|(?-i:[A-Z]|and\b|or\b))|[^\x00-\x7f])"
    r"|(?!\.?:? ?[+(]{0,2}\d)(?= *(?:$|[\n,;.)|/\\&<]|(?-i:[A-Z]|and\b|or\b))|[^\x00-\x7f]))",
    re.IGNORECASE,
)
#: A number before this one, and what parts the two.
_OTHER_NUMBER = re.compile(
    r"\d[\d \-.()]{5,18}\d"
    r"(?: ?(?:[,;/、&]|or|and|或|及|和) ?| {1,4}(?:(?:old|new|[旧舊新原])[:：=] ?)?)$"
)
_CONTEXT = 56
#: What a phrase may have before the word by which it is noticed: "my new number".
_PHRASE = 12
_CONTEXT_AFTER = 24

#: Every word of the patterns above, to see at once that there is none.
KNOWN_WORDS = frozenset(
    LINE_WORDS + _VERB_WORDS + _TRANSITIVE_WORDS + _PLACE_WORDS + _MENTION_WORDS
) | {
    # Of names of several words one, not the commonest.
    *split_words(
        "hot help whats toll điện customer number numbers động nóng bàn линия лінія vert "
        "nummer numéro numero número numer номер appeler chiama chiami chiamate contatta llame "
        "llamen contactar ligar ligue liguem kontaktieren appelez contacter "
    ),
    *split_words("verde gratuito hệ lạc kom cep komórkowy "),
}
#: Devanagari writes vowels as marks, which are no letters to a regular expression.
_WORD = re.compile("[^\\W\\d_]+(?:[\u0900-\u0903\u093a-\u094f][^\\W\\d_]*)*")
#: How the signs of the patterns above begin: more than one or two characters need not be compared.
SIGN_STARTS = tuple(dict.fromkeys(sign[:2] for sign in [*_LINE_SIGNS, *_VERB_SIGNS, "폰"]))
#: Those of names of lines and devices.
LINE_SIGN_STARTS = tuple(dict.fromkeys(sign[:2] for sign in _LINE_SIGNS))
SIGNS = re.compile("|".join(SIGN_STARTS))
_ANY_LETTER = re.compile(r"(?<![a-z0-9.])[tpmfchowd] ?[:.)\]]|(?<![^\n])[tmf] ")

NONE, MENTIONED, VERB, LINE = range(4)


def has_words(plain: str, start: int, end: int) -> bool:
    """Says whether any word that `announcement` knows may stand near `plain[start:end]`.

    >>> has_words("手机 44", 3, 5), has_words("order 44", 6, 8)
    (True, False)
    """
    near = plain[max(0, start - _CONTEXT) : end + _CONTEXT_AFTER].lower()
    return (
        not KNOWN_WORDS.isdisjoint(_WORD.findall(near))
        or "phone" in near
        or (not near.isascii() and SIGNS.search(near) is not None)
        or _ANY_LETTER.search(near) is not None
        or "@\ufffc" in near
    )


def named_after(plain: str, end: int) -> int:
    """Says how the word behind a number announces it: `LINE`, `VERB` or `NONE`.

    >>> named_after("44-Fax", 2), named_after("44 (office)", 2), named_after("44 mobile users", 2)
    (3, 2, 0)
    """
    match = _AFTER.match(plain, end)
    if match is None:
        return VERB if _MAIL_AFTER.match(plain, end) else NONE
    return LINE if match.group("line") else VERB


def announced_before(plain: str, start: int) -> int:
    """Says how the words before a number announce it: `LINE`, `VERB`, `MENTIONED` or `NONE`, the
    strongest first.

    >>> texts = "手机号：", "dial ", "call Kelly Jones, ", "a "
    >>> [announced_before(text, len(text)) for text in texts]
    [3, 2, 1, 0]
    """
    before = plain[max(0, start - _CONTEXT) : start]
    if _LETTER_BEFORE.search(before) and _REST_OF_LINE.match(plain, start):
        return VERB
    if "@" in before and _MAIL_BEFORE.search(before):
        return VERB
    first = _first_word(before)
    other = _OTHER_NUMBER.search(before)
    if other is not None and first >= 0:
        # A word before the first of several numbers is said of all.
        return VERB if _ANNOUNCED.search(before[: other.start()], max(0, first - _PHRASE)) else NONE
    if first < 0:
        return VERB if _LETTER.search(before) else NONE
    first = max(0, first - _PHRASE)
    match = _ANNOUNCED.search(before, first)
    if match is not None:
        return LINE if match.group("line") else VERB
    if _BY_NAME.search(before, first):
        return LINE
    if _LETTER.search(before):
        return VERB
    return MENTIONED if _MENTIONED.search(before, first) else NONE


def _first_word(before: str) -> int:
    """Where the first word or sign begins that may announce a number; -1: there is none."""
    near = before.lower()
    starts = [match.start() for match in _WORD.finditer(near) if match.group() in KNOWN_WORDS]
    starts += [near.find("phone")] if "phone" in near else []
    # Words of two words may begin before: "direct line", "contact no".
    sign = SIGNS.search(near) if not near.isascii() else None
    starts += [sign.start()] if sign else []
    return min(starts, default=-1)
