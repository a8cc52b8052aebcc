"""Phrases that announce a name, or say behind one that it was a person's.

A phrase is words in small letters and the marks `:`, `,`, `-`, `(`, `"`, `|`, `.` and `¶` (a new
line, with what quotes a line in mail); lists are `POINTS: phrase; phrase`. With `!` the phrase is
one of contact: it makes the name a private person's; with `?` only one of two words or more.
"""

from typing import Final

BEFORE: Final = """
4!: last name ?; first name ?; full name ?; surname ?;
    name :; your name ?; full name :; my name is; my full name is; my name's; your name ? ¶;
    customer name :; first name :; last name :; surname :; given name :; family name :;
    maiden name :; maiden name is; middle name :; nickname :; patient :; patient name :;
    employee :; cardholder :; card holder :; account holder :; account name :; beneficiary :;
    contact person :; recipient :; attn :; attention :; ich heiße; mein name ist; ich bin der;
    ich bin die; nachname :; vorname :; ansprechpartner :; ansprechpartnerin :; kontoinhaber :;
    inhaber :; patientin :; empfänger :; kunde :; name ist; je m'appelle; je me nomme;
    mon nom est; nom :; prénom :; nom et prénom :; titulaire :; destinataire :; me llamo;
    mi nombre es; nombre :; nombre completo :; apellidos :; apellido :; titular :;
    destinatario :; paciente :; me chamo; meu nome é; o meu nome é; nome :; nome completo :;
    sobrenome :; apelido :; mi chiamo; il mio nome è; nome e cognome :; cognome :;
    intestatario :; mijn naam is; ik heet; naam :; achternaam :; voornaam :; contactpersoon :;
    rekeninghouder :; nazywam się; mam na imię; imię :; nazwisko :; imię i nazwisko :;
    odbiorca :; pacjent :; jag heter; mitt namn är; namn :; förnamn :; efternamn :; jeg heter;
    jeg hedder; navn :; fornavn :; etternavn :; benim adım; adım; adı :; soyadı :; adı soyadı :;
    ad soyad :; isim :; isim soyisim :; hasta :; tôi tên là; tên tôi là; tên là; tên :;
    họ tên :; họ và tên :; nama saya; nama :; nama lengkap :; меня зовут; мое имя; имя :;
    фамилия :; фио :; отчество :; пациент :; получатель :; контактное лицо :; мене звати;
    ім'я :; прізвище :; піб :; казвам се; име :; клиент :; με λένε; όνομα :; επώνυμο :;
    ονοματεπώνυμο :; jmenuji se; jméno :; příjmení :; volám sa; meno :; a nevem; név :;
    mă numesc; numele meu este; nume :; prenume :; ime :; prezime :; priimek :; nimi :;
    nimeni on
3!: sincerely , ¶; sincerely ¶; regards , ¶; regards ¶; best , ¶; wishes , ¶; cheers , ¶;
    yours , ¶; truly , ¶; faithfully , ¶; love , ¶; thanks , ¶; thank you , ¶; respectfully , ¶;
    cordially , ¶; greetings , ¶; sincerely .¶; regards ,; sincerely ,; signed ,; signed :;
    signed by; undersigned ,; i , the undersigned ,; mit freundlichen grüßen ¶; grüßen ¶;
    grüße ¶; gruß ¶; grüßen , ¶; grüße , ¶; gruß , ¶; mfg ¶; hochachtungsvoll ¶;
    cordialement , ¶; cordialement ¶; salutations , ¶; distinguées , ¶; distinguées . ¶;
    bien à vous , ¶; amicalement , ¶; saludos , ¶; saludos ¶; atentamente , ¶; atentamente ¶;
    un saludo , ¶; cordialmente , ¶; atenciosamente , ¶; cumprimentos , ¶; abraços , ¶;
    abraço , ¶; obrigado , ¶; obrigada , ¶; gracias , ¶; merci , ¶; cordiali saluti , ¶;
    saluti , ¶; distinti saluti ¶; distinti saluti , ¶; saluti ¶; grazie , ¶; groet , ¶;
    groeten , ¶; vriendelijke groet ¶; groet ¶; groeten ¶; pozdrawiam , ¶; pozdrawiam ¶;
    poważaniem ¶; poważaniem , ¶; hälsningar ¶; hälsningar , ¶; hilsen ¶; hilsen , ¶; mvh ¶;
    saygılarımla , ¶; saygılarımla ¶; sevgiler , ¶; с уважением , ¶; уважением ¶; с уважением ,;
    з повагою , ¶; повагою ¶; trân trọng , ¶; trân trọng ¶; hormat saya , ¶; üdvözlettel , ¶;
    üdvözlettel ¶; terveisin , ¶; terveisin ¶; pozdravem , ¶;
    pozdravem ¶; poważaniem ,; groet ,; groeten ,; grüßen ,; grüße ,; gruß ,; xin chào , tôi là;
    cordialement ,; salutations ,; distinguées ,; amicalement ,; saludos ,; saludo ,; atentamente ,;
    cordialmente ,; atenciosamente ,; cumprimentos ,; abraços ,; abraço ,; saluti ,; pozdrawiam ,;
    hälsningar ,; hilsen ,; mvh ,; saygılarımla ,; повагою ,; уважением ,; trân trọng ,;
    hormat saya ,; üdvözlettel ,; terveisin ,; pozdravem ,; - - ¶; ¶ from :;
    ¶ to :; ¶ cc :; ¶ bcc :; ¶ reply - to :; ¶ von :; ¶ an :; ¶ de :; ¶ à :; ¶ para :; ¶ da :;
    ¶ od :; ¶ do :; ¶ van :; ¶ aan :; ¶ från :; ¶ till :; ¶ kimden :; ¶ kime :; ¶ от :;
    ¶ кому :; ¶ від :; sender :; contact :; contacts :; kontakt :; contacto :; contatto :;
    contato :; point of contact :; named on the card; name on the card :; account holder;
    account under the name; under the name; under the name of; account in the name of;
    account belongs to; account of; accounts with; partner's name; partner's name is;
    partners name; change it to; correct it to; changed it to; spelled as; on the account of;
    bill to; billed to; the account of
3?: vriendelijke groet; vriendelijke groeten; freundlichen grüßen; freundlichem gruß;
    kind regards; best regards; warm regards; cordiali saluti; distinti saluti;
    ansprechpartner ist; call me; calls me; called me; please call me;
    people call me; name is; in the name of;
    's name is; name was; husband's name is; wife's name is; son's name is; daughter's name is;
    behalf of; c / o; c/o; care of; transfer to; payable to; paid to; payment to; wire to;
    money to; sent to; ship to; shipped to; deliver to; delivered to; addressed to; patient;
    tenant; customer; client; cardholder; beneficiary; guardian; subscriber; policyholder;
    borrower; applicant; candidate; employee
2: hi; hello; hey; dear; good morning; good morning ,; good afternoon; good evening; morning ,;
    hi ,; hello ,; dear mr; thanks; thank you; thanks ,; thank you ,; this is; i am; i'm; it's;
    its; speak to; speak with; speak to ms; talk to; talk with; email; call; contact; ask for;
    reach; reach out to; meet with; follow up with; cc; add; remove; phone; posted by;
    commented by; sent by; user :; username :; tel ¶; here's; as promised , here's; hallo;
    liebe; lieber; guten tag; sehr geehrter herr; sehr geehrte frau; ich bin; hier ist;
    hier spricht; bonjour; salut; cher; chère; je suis; ici; c'est; hola; querido; querida;
    estimado; estimada; soy; habla; olá; oi; prezado; prezada; caro; cara; sou; eu sou; aqui é;
    ciao; gentile; egregio; sono; io sono; beste; geachte; hoi; ik ben; cześć; drogi; droga;
    szanowny panie; szanowna pani; jestem; hej; hei; kära; käre; kjære; kære; jag är; jeg er;
    merhaba; sayın; selam; sevgili; ben; xin chào; kính gửi; thưa; tôi là; anh; chị; ông; bà;
    здравствуйте ,; привет ,; уважаемый; уважаемая; дорогой; дорогая; я; это; bună; dragă; sunt;
    kedves; én; szia; ahoj; dobrý den; pozdrav; moi; hei ,
2!: ¶ hi; ¶ hello; ¶ hey; ¶ dear; ¶ good morning; ¶ good morning ,; ¶ good afternoon;
    ¶ good evening; ¶ morning ,; ¶ hi ,; ¶ hello ,; ¶ dear mr; ¶ thanks; ¶ thanks ,; ¶ hallo;
    ¶ liebe; ¶ lieber; ¶ guten tag; ¶ sehr geehrter herr; ¶ sehr geehrte frau; ¶ bonjour;
    ¶ salut; ¶ cher; ¶ chère; ¶ hola; ¶ querido; ¶ querida; ¶ estimado; ¶ estimada; ¶ olá; ¶ oi;
    ¶ prezado; ¶ prezada; ¶ caro; ¶ cara; ¶ ciao; ¶ gentile; ¶ egregio; ¶ beste; ¶ geachte;
    ¶ hoi; ¶ cześć; ¶ drogi; ¶ droga; ¶ szanowny panie; ¶ szanowna pani; ¶ hej; ¶ hei; ¶ kära;
    ¶ käre; ¶ kjære; ¶ kære; ¶ merhaba; ¶ sayın; ¶ selam; ¶ sevgili; ¶ xin chào; ¶ kính gửi;
    ¶ thưa; ¶ здравствуйте ,; ¶ привет ,; ¶ уважаемый; ¶ уважаемая; ¶ дорогой; ¶ дорогая;
    ¶ bună; ¶ dragă; ¶ kedves; ¶ szia; ¶ ahoj; ¶ pozdrav; ¶ moi; ¶ hei ,; ¶ this is; ¶ i am;
    ¶ i'm; ¶ ich bin; ¶ hier ist; ¶ hier spricht; ¶ je suis; ¶ soy; ¶ habla; ¶ sou; ¶ eu sou;
    ¶ aqui é; ¶ sono; ¶ io sono; ¶ ik ben; ¶ jestem; ¶ jag är; ¶ jeg er; ¶ tôi là; ¶ sunt;
    hi , i'm; hello , i'm; hi , this is; hello , this is; hi . i'm; everyone , i'm; all , i'm;
    ¶ from
3: mr .; mrs .; ms .; mr; mrs; dr .; prof .; hr .; herr; frau; mme; sr .; sra .
3: man named; man called; woman named; woman called; boy named; boy called; girl named;
    girl called; kid named; child named; baby named; guy named; guy called; person named;
    someone named; someone called; somebody called; fellow named; fellow called; lady named;
    lady called; friend named; friend called; brother named; sister named; son named;
    daughter named; named him; named her; said; says; asked; replied; answered; cried;
    exclaimed; whispered; shouted; muttered; murmured; added; continued; laughed; remarked;
    returned; thought; told; met; married; marry; loved; kissed; meet; brother; sister; wife;
    husband; son; daughter; mother; father; mom; mum; dad; uncle; aunt; auntie; cousin; nephew;
    niece; grandfather; grandmother; grandma; grandpa; friend; girlfriend; boyfriend; fiancé;
    fiancée; boss; colleague; coworker; neighbor; neighbour; roommate; partner; teammate;
    classmate; widow; twin; wife ,; husband ,; brother ,; sister ,; son ,; daughter ,; mother ,;
    father ,; friend ,; partner ,; boss ,; sagte; sagt; fragte; bruder; schwester; frau; mann;
    sohn; tochter; mutter; vater; freund; freundin; herr; kollege; kollegin; dit; demanda;
    répondit; frère; sœur; femme; fille; mère; père; madame; monsieur; dijo; preguntó;
    respondió; hermano; hermana; esposa; esposo; marido; mujer; hijo; hija; madre; padre; amigo;
    amiga; señor; señora; disse; perguntou; irmão; irmã; filho; filha; mãe; pai; senhor;
    senhora; rispose; chiese; fratello; sorella; moglie; marito; figlio; figlia; signor;
    signora; amico; amica; zei; broer; zus; vrouw; zoon; dochter; moeder; vader; vriend;
    vriendin; mevrouw; meneer; powiedział; powiedziała; brat; siostra; żona; mąż; córka; sade;
    bror; syster; dotter; dedi; kardeşi; eşi; сказал; сказала; брат; сестра; жена; муж;
    сын; дочь; мать; отец; друг; подруга; господин; госпожа; пан; пані
2: named; called; nicknamed; given " : "; family " : "; author " : "; founders :; members :;
    guests :; winners :; participants :; attendees :; contributors :; players :; directors :;
    editors :; author :; authors :; by :; written by; photo :; photo by; photograph by; photos by;
    illustrated by; illustrations by; edited by; translated by; directed by; directed by :;
    produced by; starring; starring :; cast :; featuring; feat .; ft .; created by; music by;
    lyrics by; story by; interview with; interviewed by; interviewed; reported by; posted by;
    reviewed by; narrated by; performed by; composed by; sung by; played by; portrayed by;
    editor :; director :; writer :; speaker :; speakers :; presenter :; host :; moderator :;
    coach :; actor :; artist :; composer :; credit :; image credit :; source :; maintainer :;
    maintainers :; developer :; owner :; autor :; autora :; autor(es) :; auteur :; autore :;
    verfasser :; redaktion :; foto :; fotos :; text :; von ¶; автор :; автори :; авторы :;
    фото :; текст :; yazar :; tác giả :; penulis :; yazan :; ceo; cto; cfo; founder; cofounder;
    chairman; president; senator; governor; mayor; judge; officer; detective; captain; sergeant;
    coach; manager; director; professor; doctor; dr; nurse; teacher; lawyer; attorney;
    secretary; minister; chancellor; king; queen; prince; princess; spokesman; spokeswoman;
    spokesperson; singer; actor; actress; author; novelist; writer; poet; player; star;
    guitarist; drummer; bassist; songwriter; comedian; rapper; journalist; reporter; historian;
    philosopher; scientist; physicist; mathematician; economist; painter; composer; architect;
    photographer; filmmaker; researcher; developer; engineer; analyst; candidate; lawmaker;
    politician; activist; athlete; striker; goalkeeper; quarterback; pitcher; champion; winner;
    driver; pilot; astronaut; heard; präsident; kanzler; kanzlerin; mari; fils; ami; amie;
    président; don; doña; presidente; syn; pan; pani; panem; panią; pana; fru; son; mor; far;
    директор; президент
1: by; with; mit; avec; con; com; met; ve; von; for; as; between; about; like; than; that; ask;
    asks; tell; told; to; see; knew; know; know ,; remember me ,; saw; love; loves; miss; hate;
    thank; via; versus; vs .; vs; &; when; if; because; did; does; has; had; is; was; where;
    where's; how's; who's; late; legendary; poor; old; little; young; beloved; oh ,; o

4!: name of applicant :; name of the applicant :; name of patient :; name of employee :;
    name of student :; name of account holder :; name of insured :; name of deceased :;
    father's name :; mother's name :; spouse's name :; husband's name :; guardian's name :;
    name ( s ) :; names :; surname first ) :; ¶ fn :; ¶ n :; ¶ cn :; ¶ sn :; ¶ givenname :;
    first name " : "; firstname " : "; last name " : "; lastname " : "; surname " : ";
    given name " : "; givenname " : "; family name " : "; familyname " : "; full name " : ";
    fullname " : "; customer name " : "; patient name " : "; contact name " : "; vorname " : ";
    nachname " : "; prenom " : "; apellidos " : "; cognome " : "; imie " : "; nazwisko " : ";
    cliente :; dipendente :; arbeitnehmer :; arbeitnehmerin :; mieter :; mieterin :; versicherter :;
    versicherte :; salarié :; salariée :; assuré :; assurée :; locataire :; trabajador :;
    trabajadora :; asegurado :; asegurada :; paziente :; assistito :; assistita :; lavoratore :;
    huésped :; hóspede :; gast :; ospite :; trabalhador :; funcionário :; werknemer :; huurder :;
    verzekerde :; pracownik :; najemca :; ubezpieczony :; пациентка :; работник :; сотрудник :;
    арендатор :; застрахованный :; заявитель :; истец :; ответчик :
3!: signed for by; co - authored - by :; signed - off - by :; reported - by :; reviewed - by :;
    kisses , ¶; hugs , ¶; xoxo , ¶; liebe grüße ¶; liebe grüße , ¶; lg ¶; lg , ¶; vg ¶; vg , ¶;
    bisous , ¶; bisous ¶; bises , ¶; bien cordialement , ¶; bien cordialement ¶; besos , ¶;
    un abrazo , ¶; abrazos , ¶; beijos , ¶; beijos ¶; bjs ¶; bjs , ¶; abs ¶; abs , ¶; abraço ¶;
    att . ¶; att , ¶; baci , ¶; baci ¶; un abbraccio , ¶; abbracci , ¶; a presto , ¶;
    grazie mille ! ¶; grazie mille , ¶; grazie ! ¶; thanks ! ¶; thank you ! ¶; cheers ¶; ta ¶;
    a bunch ¶; liefs , ¶; liefs ¶; kus , ¶; groetjes , ¶; groetjes ¶; mvg ¶; mvg , ¶; buziaki ¶;
    buziaki , ¶; ściskam , ¶; ściskam ¶; uściski , ¶; pozdro ¶; обнимаю , ¶; обнимаю ¶; целую , ¶;
    целую ¶; твоя , ¶; твой , ¶; fdo .:; firmado :; f . to; podpis :; подпись :
3: sig . ra; sig . na; sig .; sigg .; dott . ssa; dott .; prof . ssa; geom .; avv .; ing .; rag .;
    arch .; dr . med .; dr . phil .; dr . ing .; dr . hab .; prof . dr .; dra .; srta .; sr . a;
    mw .; mevr .; dhr .; drs .; ir .; гр - н; гр - ка; гр - ну; гр - на; гр - ки; г - н; г - на;
    г - ну; г - жа; г - жи; г - же; г - жу; signora; signorina; señorita; doña; dona; panu; pana;
    panem; panią; pani; herrn; agent (; gran; gran ,;
    nan ,; granny ,; grandma ,; grandad ,; grandpa ,; uncle ,; aunt ,; cousin ,; nephew ,; niece ,;
    neighbour ,; neighbor ,; lady ,; monsieur; mademoiselle; maître; mevrouw; meneer; господину;
    госпоже;
    гражданину; гражданке; geb .; geborene; geborener; née; né; z domu; урожд .; урождённая;
    genannt; detto; detta; alias; dau . of; daughter of; son of; widow of; widower of; relict of;
    wife of; husband of; mother of; father of; brother of; sister of; sohn des; sohn von;
    tochter des; tochter von; witwe des; witwe von; mutter von; vater von; veuve de; fils de;
    fille de; épouse de; mère de; père de; viuda de; viudo de; hijo de; hija de; esposa de;
    madre de;
    padre de; viúva de; viúvo de; filho de; filha de; mãe de; pai de; vedova di; figlio di;
    figlia di; moglie di; madre di; padre di; weduwe van; zoon van; dochter van; moeder van;
    vader van; wdowa po; wdowiec po; syn; żona; matka; brothers; sisters; sons; daughters; children;
    parents; grandchildren; grandsons; granddaughters; kids; twins; cousins; brüder; schwestern;
    söhne; töchter; kinder; eltern; geschwister; frères; sœurs; enfants;
    petits - enfants; hermanos; hermanas; hijos; hijas; padres; nietos; nietas; sobrinos;
    políticos ,;
    irmãos; irmãs; filhos; filhas; netos; netas; fratelli; sorelle; figli; figlie; nipoti;
    genitori; broers; zussen; zonen; dochters; kinderen; kleinkinderen; ouders; bracia; siostry;
    synowie; córki; dzieci; wnuki; rodzice; братья; сёстры; сыновья; дочери; дети; внуки; внучки;
    родители; невестки; present :; those present :; in attendance :; attendance :; apologies :;
    absent :; regrets :; ushers :; usher :; bridesmaids :; bridesmaid :; best man :;
    maid of honor :; maid of honour :; flower girls :; flower girl :; groomsmen :; pallbearers :;
    anwesend :; anwesende :; teilnehmer :; entschuldigt :; abwesend :; vorsitz :; protokoll :;
    schriftführer :; présents :; présent :; absents :; excusés :; participants :; président :;
    secrétaire :; asistentes :; presentes :; ausentes :; asisten :; excusan :; presenti :;
    assenti :;
    presente :; ausente :; aanwezig :; afwezig :; afgemeld :; obecni :; nieobecni :;
    присутствовали :;
    присутствуют :; отсутствовали :; участники :; председатель :; секретарь :; докладчик :
2: approved :; approved by; checked by; prepared by; submitted by; requested by; assigned to;
    assignee :; reporter :; reviewer :; reviewers :; maintained by; originally by; ported by;
    organised by; organized by; hosted by; presented by; chaired by; seconded by; proposed by;
    moved by; principal :; referee :; referee; umpire; reader :; readers :; organist :; driver :;
    driver; spouse :; next of kin :; emergency contact :; agent :; operator :;
    caller :; accused ,; defendant; plaintiff; complainant; suspect; victim; witness; accused;
    call back; spouse; text; ring; phone; hired; arbitre :; árbitro :; arbitro :; schiedsrichter :;
    scheidsrechter :; sędzia :; судья :; entrenador :; allenatore :; treinador :; trener :;
    тренер :; gelb :; gelb - rot :; tore :; amarillas :; goles :; goals :; scorers :; but :; buts :;
    ammoniti :; espulsi :; marcatori :; geel :; rood :; doelpunten :; bramki :; żółte kartki :;
    голы :; гол :; предупреждения :; " -; . " -; inventors :; inventor :; examiner :; firm :;
    violin :;
    violin i :; violin ii :; viola :; cello :; oboe :; flute :; clarinet :; horn :; trumpet :;
    trombone :; percussion :; harp :; piano :; soprano :; alto :; tenor :; baritone :; bass :;
    lighting :; sound :; costumes :; stage manager :; choreography :; choreographer :; producer :;
    producers :; rapporteurs :; examinateur :; examinateurs :; jury :; sonido :; maquillaje :;
    dirección :; guion :; vestuario :; coreografie; luz :; som :; encenação :; encenação; regia :;
    scene :; costumi :; bewerber :; regie :; bühne :; kostüme :; for mention :; sentence :
3!: ¶ hi; ¶ hello; ¶ hey; ¶ dear; ¶ hallo; ¶ liebe; ¶ lieber; ¶ bonjour; ¶ salut; ¶ cher; ¶ chère;
    ¶ hola; ¶ hola ,; ¶ querido; ¶ querida; ¶ estimado; ¶ estimada; ¶ olá; ¶ olá ,; ¶ oi; ¶ oi ,;
    ¶ prezado; ¶ prezada; ¶ caro; ¶ cara; ¶ ciao; ¶ ciao ,; ¶ gentile; ¶ beste; ¶ geachte; ¶ hoi;
    ¶ ha;
    ¶ dag; ¶ cześć; ¶ drogi; ¶ droga; ¶ hej; ¶ kära; ¶ käre; ¶ kjære; ¶ kære; ¶ merhaba; ¶ sayın;
    ¶ привет ,; ¶ здравствуйте ,; ¶ уважаемый; ¶ уважаемая; ¶ дорогой; ¶ дорогая; ¶ добрый день ,
"""

AGAINST: Final = """
x: rue; rue de; rua; via; ulica; ul .; calle; calle de; avenida; plaza; plaza de; praça; piazza;
    viale; corso; avenue; boulevard; place; quai; straat; улица; ул .; имени; lake; mount;
    hurricane; river; city of; town of; village of; state of; county of; province of;
    university of; bank of; island of; port of; san; santa; the city of; battle of; siege of;
    treaty of; parish of; frigate; destroyer; aircraft carrier; submarine; steamer; trawler; tanker;
    ferry; yacht; schooner; lighthouse; crater; asteroid; clematis; cultivar; perfume; handbag;
    vermouth;
    cognac; champagne; tropical storm; typhoon; terminal; airport; opera; sitcom; steamship;
    fregata; corvetta; incrociatore; portaerei; traghetto; nave; piroscafo; cratere; aeroporto;
    galleria;
    auditorium; teatro; stadio; palazzetto; torta; profumo; borsa; vermut; cognac; pastis;
    rifugio; capanna; albergo; sala; istituto; liceo; linea; stazione; fermata;
    aeropuerto; túnel; puente; auditorio; estadio; estación; hospital; clínica; colegio;
    instituto; biblioteca; museo; beca; becas; ayudas; fragata; corbeta; buque; crucero; petrolero;
    huracán; tormenta; borrasca; perfume; vestido; bolso; reloj; gafas; pañuelo;
    cerveza; furgoneta; refugio; pabellón; ponte; aeroporto; auditório; estádio; estação; túnel;
    escola; colégio; navio; corveta; petroleiro; cargueiro; furacão; relógio; fogão; elevador;
    máquina; bolsa; troféu; taça; rodovia; viaduto; terminal; metrô;
    aéroport; frégate; porte-avions; porte - avions; paquebot; goélette; sous - marin; voilier;
    pont;
    hôpital; lycée; collège; gymnase; rosier; pomme; poire; cerise; tempête; ouragan; farine;
    parfum; champagne; théâtre; salle; station; arrêt; prix; stade; médiathèque; bibliothèque;
    flughafen; fregatte; zerstörer; kreuzer; fähre; frachter; dampfer; forschungsschiff;
    seenotkreuzer;
    schulschiff; sturmtief; orkantief; orkan; modell; filmpreis; elevador;
    фрегат; крейсер; теплоход; пароход; ледокол; барк; катер; сухогруз; клиника; больница; трасса;
    аэропорт; станция; parish of; borough of; district of; vale of; isle of; gulf of; norma de;
    teorema de;
    teorema di; théorème de; satz von; loi de; ley de; lei de; distribución de; distribuição de;
    algoritmo de; algorithme de; batalla de; bataille de; schlacht von; schlacht bei; class; def;
    struct; enum; extends; typedef; namespace
-: the; a; an; this; these; those; every; each; la; le; les; el; los; las; il; das; des; den;
    dem; der; die; het; en; na; no; em; aux; au; work for; works for; worked for; working for;
    company; companies
~: from; to; via; à; dans; nach; aus; of; towards
=: in; at; near; through; across; outside
"""

AFTER: Final = """
x: 's law; 's laws; 's theorem; 's lemma; 's disease; 's syndrome; 's paradox; 's principle;
    's razor; 's equation; 's equations; 's inequality; 's algorithm; 's method; 's test;
    's number; 's constant; 's trick; law; laws; theorem; lemma; disease; syndrome; paradox;
    principle; equation; equations; inequality; algorithm; transform; transformation; space;
    spaces; norm; tree; trees; attack; attacks; distribution; matrix; polynomial; polynomials;
    constant; conjecture; curve; curves; index; coefficient; coefficients; scale; number;
    numbers; bill; problem; process; chain; filter; machine; test; effect; group; algebra;
    series; function; functions; integral; code; codes; gate; gates; rotation; estimator;
    sampling; kernel; loss; stain; cell; cells; protocol; hash; hashes; root; model; sort; trie;
    search; statistic; diagram; duality; bound; bounds; prior; identity; lattice; cipher; consensus;
    sum; sums; browser; virus; 's sign; 's choice; 's fallacy; 's dilemma; 's wager; 's gambit;
    's tendon; 's contracture; 's palsy; 's lymphoma; 's sarcoma; 's thyroiditis; 's phenomenon;
    's warbler; 's jay; 's nutcracker; 's hummingbird; 's hawk; 's gull; 's tern; 's petrel;
    's plover;
    's sandpiper; 's sparrow; 's finch; 's vireo; 's thrush; 's oriole; 's sapsucker; 's woodpecker;
    's gazelle; 's zebra; 's gecko; 's tortoise; 's whale; 's dolphin; 's bat; 's vole; 's spider;
    's swan; 's swans; 's geese; 's goose; 's eagle; 's owl; 's heron; 's pheasant; 's partridge;
    's comet; 's mustard; 's ketchup; 's marmalade; 's whisky; 's whiskey; 's bourbon; 's gin;
    's rum;
    's jam; 's sausages; 's biscuits; 's cereal; 's triangle; 's series; 's expansion; 's identity;
    's curve; 's ratio; 's coefficient; 's version; 's postulate; 's criterion; 's rule;
    's criteria;
    warbler; jigsaw; injunction; doctrine; material; guitar; guitars; strings; pickups;
    amp; amps; trailer; trailers; tractor; tractors; rifle; rifles; pistol; pistols; jeans;
    trainers;
    sneakers; bookcase; sofa; engine; engines; telescope; variety; cultivar; style;
    whiting; bridge; handbag; perfume; spectrum; reaction; radiation; scattering;
    ratio; circuit; maneuver; manoeuvre; procedure; criteria; classification; fellowship;
    scholarship;
    lectures; prize; medal; jug; jugs; figurine; teapot; porcelain; vase; bulb;
    screwdriver; wrench; valve; stove; burner; lamp; jacket; boots; bra; bikini; cocktail; sauce;
    salad; sponge; bun; pudding; apples; pears; potatoes; tomatoes; cherries; roses
3!: 's phone; 's email; 's account; lives at; resides at; residing at; is my name;
    as a beneficiary; as beneficiary; as guardian; as a guardian; to my account;
    at your service; @; tel; phone :; tel :; ( mailto; & lt; | phone; | email; | tel
3?: 's address; 's number; lives in; here .; here ,; to the account; calling; speaking; wrote :;
    writes :; schrieb :; a écrit :; escribió :; escreveu :; ha scritto :; schreef :; napisał :;
    skrev :
2: , dau .; , daughter of; , son of; , widow of; , wife of; , b .; ( née; , née; , geb .;
    , née à; , né à; , née le; , né le; , nacido; , nacida; , nascido; , nascida; , geboren;
    , ur .; , urodzony; , urodzona; novel; novels; album; song; : "; said; says; asked; asks;
    replied; told; tells; answered;
    cried; exclaimed; whispered; shouted; muttered; murmured; laughed; smiled; nodded; sighed;
    shrugged; grinned; frowned; thought; thinks; believes; wrote; writes; argued; argues;
    explained; explains; recalled; recalls; admitted; insisted; joked; married; was born; born;
    ( born; died; who; , who; , whose; himself; herself; 's daughter; 's son; 's wife;
    's husband; 's mother; 's father; 's brother; 's sister; 's kid; 's kids; 's mom; 's dad;
    's house; 's friend; 's parents; 's life; 's death; 's face; 's eyes; 's voice; 's hand;
    's novel; 's song; 's album; 's birthday; flew; lives; lived; loves; loved; sagte; sagt;
    meinte; erklärte; schrieb; geboren; dit; déclare; est né; est née; dijo; nació; explicó;
    disse; nasceu; è nato; è nata; zei; powiedział; powiedziała; sade; dedi; сказал; сказала;
    родился; родилась; , ceo; , cto; , founder; , director; , president; , chairman; , aged;
    , phd; , md; is very; is a very; speak
1: , can you; , can i; , could you; , would you; , will you; , please; , are you; , did you;
    , do you; has; had; made; is; was; and; 's; did; does; would; could; will; should; version;
    speak; and i; and me; :
1+: came; went; looked; turned; took; gave; walked; ran; stood; sat; felt; knew; wanted; got; fell;
    kept; stayed; led; ate; drank; slept; woke; drove; rode; flew; swam; sang; spoke; wept; swore;
    fought; caught; threw; held; bought; sold; paid; chose; forgot; began; heard; sits; sits on;
    knows; wants; claims; insists; admits; plays; drives; walks; runs; speaks; reads; laughs;
    smiles;
    never; always; refuses; remembers; recalls; interpreted; would hire; asks
"""

#: What persons are, besides `OFFICES`, behind a name and a comma.
TRADES: Final = """
nurse teacher farmer lawyer judge baker butcher carpenter plumber electrician driver mechanic
student
engineer chemist historian novelist poet painter singer drummer guitarist concertmaster chair
chairman chairwoman secretary founder owner keeper skipper captain coach goalkeeper editor
author director producer spokesman spokeswoman retired formerly daughter son wife husband mother
father sister brother widow neighbour neighbor captain
"""

#: Words of labels in scripts without capitals, whose names are taken behind a colon.
CASELESS_LABELS: Final = """
الاسم; الإسم; اسم; الاسم الكامل; المريض; العميل; المؤلف; الكاتب; من; إلى; שם; שם מלא; שם פרטי;
שם משפחה; מאת; אל; לכבוד; नाम; पूरा नाम; मरीज; ग्राहक; लेखक; نام; نام خانوادگی;
نام و نام خانوادگی; نويسنده; নাম; பெயர்; పేరు; ಹೆಸರು; പേര്; નામ; नाव
"""

#: The same, whose names need no colon if lists know them.
CASELESS_PHRASES: Final = """
اسمي; انا اسمي; السيد; السيدة; الدكتور; שמי; קוראים לי; מר; גברת; मेरा नाम; श्री; श्रीमती; डॉ;
আমার নাম; آقای; خانم; دکتر
"""
