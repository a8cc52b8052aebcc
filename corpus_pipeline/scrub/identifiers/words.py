"""Words that say that a number is some identifier, in the languages of its country.

Phrases are parted by `|`. One with a capital letter is found as it is written alone (`SIN` is no
`sin`), others in any case. A phrase may go on in letters, `passport` is in `passportnumber`, if it
has more than four; a phrase of a script without spaces may stand anywhere.
"""

_PASSPORT = (
    "passport|travel document|passeport|reisepass|passnummer|pass-nr|paß|pasaporte|passaporto|"
    "passaporte|paspoort|paszport|pasport|cestovní pas|útlevél|pašaport|pașaport|paşaport|паспорт|"
    "passi|pass nr|passnr|pas nr|διαβατήριο|여권|جواز سفر|درکون|דרכון|पासपोर्ट|หนังสือเดินทาง|hộ chiếu|"
    "paspor|护照|パスポート"
)
_LICENCE = (
    "driver's license|drivers license|driver license|driving license|driver's licence|"
    "drivers licence|driver licence|driving licence|driver's permit|driver permit|driving permit|"
    "drivers' license|drivers' licence|license number|licence number|license no|licence no|"
    "driverlicense|driverslicense|driverlicence|driversid|driver id|driver's id|driver lic|"
    "drivers lic|DL|D.L.|CDL|lic no|operator's license|dln|driver’s license|driver’s licence|"
    "dl number|dl no|dlnumber|license num"
)
_IDENTITY_CARD = (
    "identity card|id card|national id|identification card|identity number|id number|id no|"
    "identity document|national identity|national identification"
)
_TAX = "taxpayer|tax id|tax number|tax identification|tax reference|tax file|TIN"

WORDS: dict[str, str] = {
    # North America
    "US_SSN": "ssn|ssns|social security|soc sec|socialsecurity|social sec|SS number|ss no|socials|"
    "social number|seguro social|ssid|my social|ssnum|ssnumber|ssn_|social-security|社会安全号|社会安全号码|"
    "社会保障番号|sozialversicherungsnummer|numéro de sécurité sociale|social insurance|SOCIAL",
    "US_ITIN": "itin|individual taxpayer|taxpayer|tax id|taxid|TIN|tax identification",
    "US_PASSPORT": _PASSPORT,
    "US_DRIVER_LICENSE": _LICENCE,
    "ABA_ROUTING_NUMBER": "aba|routing|RTN|transit number|bank code|routingnumber|abarouting",
    "US_BANK_NUMBER": "account|account number|account no|account num|acct|a/c|"
    "bank account|checking account|savings account|accountnumber|accountno|bank acct|account id|"
    "account is|bban|account ending|kontonummer|numéro de compte|número de cuenta|"
    "numero di conto|número da conta|rekeningnummer|номер счета|расчетный счет|계좌|账号|口座番号",
    "MEDICAL_LICENSE": "dea|medical license|medical licence|dea number|dea no|prescriber|"
    "medical certificate",
    "US_NPI": "npi|national provider|provider id|provider identifier|provider number|taxonomy",
    "US_MBI": "mbi|medicare|beneficiary|medicaid|hicn",
    "US_HEALTH_INSURANCE_MEMBER_ID": "member id|member number|member no|memberid|subscriber id|"
    "subscriber number|insurance id|insurance number|policy number|policy no|policy id|health plan|"
    "health insurance|beneficiary number|group number|membership number",
    "CA_SIN": "sin|social insurance|sin number|SINs|NAS|assurance sociale|canada|sin no|S.I.N.",
    "CA_PASSPORT": _PASSPORT,
    # Latin America
    "BR_CPF": "cpf|cadastro de pessoa|contribuinte|CPF/MF|pessoa física|documento",
    "BR_CNPJ": "cnpj|cadastro nacional|pessoa jurídica|CGC",
    "BR_RG": "RG|registro geral|identidade|carteira de identidade|cédula de identidade",
    "MX_CURP": "curp|registro de población|clave única",
    "MX_RFC": "RFC|contribuyentes|registro federal",
    "MX_NSS": "NSS|seguridad social|imss|seguro social",
    "AR_CUIT": "cuit|cuil|identificación tributaria|identificación laboral|CDI",
    "AR_DNI": "dni|documento nacional|documento de identidad",
    "CL_RUT": "RUT|RUN|rol único|r.u.t|Rut",
    "CO_CEDULA": "cédula|cedula|CC|C.C.|NUIP|tarjeta de identidad|cédula de ciudadanía",
    "CO_NIT": "nit|N.I.T.",
    "EC_CEDULA": "cédula|cedula|C.I.",
    "PE_DNI": "dni|documento nacional|documento de identidad",
    "UY_CEDULA": "cédula|cedula|C.I.|documento de identidad",
    "VE_CEDULA": "cédula|cedula|C.I.|documento de identidad",
    # British Isles
    "UK_NHS": "nhs|national health service|health service number|patient number|H&C number|CHI number|"
    "health authority|health services authority",
    "UK_NINO": "national insurance|nino|NI number|NI no|ni num|insurance number|NINo|nin",
    "UK_PASSPORT": _PASSPORT,
    "UK_DRIVING_LICENCE": _LICENCE + "|dvla|licence|driver number",
    "IE_PPS": "pps|ppsn|personal public service|public service number|PPS number|RSI number|uimhir psp",
    # Germany and its neighbours
    "DE_TAX_ID": "steueridentifikationsnummer|steuer-id|steuerid|steueridentnummer|steuer-identifikationsnummer|"
    "steuerliche identifikation|steuer-idnr|IdNr|steuernummer|persönliche identifikationsnummer|bzst|"
    "identifikationsnummer|steuer-identnr|tax id|tax identification|steuerident|tin|tax number",
    "DE_SOCIAL_SECURITY": "rentenversicherung|sozialversicherung|versicherungsnummer|RVNR|SVNR|"
    "sv-nummer|rv-nummer|vsnr|pension insurance|social security",
    "DE_HEALTH_INSURANCE": "krankenversicher|krankenversichert|versichertennummer|kvnr|krankenkasse|"
    "gesundheitskarte|eGK|GKV|versichertenausweis|versichertenkarte|health insurance|versicherten-nr|"
    "versichertennr|kv-nummer|krankenkassennummer|versichertenid|versicherten-id",
    "DE_LANR": "arztnummer|lanr|arzt-nr|arzt-nummer|vertragsarzt|lebenslange arzt",
    "DE_BSNR": "betriebsstättennummer|betriebsstätten-nummer|bsnr|praxisnummer|betriebsstaettennummer",
    "DE_ID_CARD": "personalausweis|ausweisnummer|ausweis-nr|ausweisnr|ausweis|dokumentennummer|perso|"
    "identity card|national id|id card|seriennummer|bundespersonalausweis|id number",
    "DE_PASSPORT": _PASSPORT + "|dokumentennummer",
    "DE_FUEHRERSCHEIN": "führerschein|fuehrerschein|fahrerlaubnis|fahrausweis|" + _LICENCE,
    "DE_TAX_NUMBER": "steuernummer|steuer-nr|steuer nr|st.-nr|st-nr|stnr|st.nr|finanzamt|steuernr|tax number",
    "DE_VAT_ID": "umsatzsteuer|ust-id|ustid|ust.-id|mehrwertsteuer|vat|vat-id|vat id|USt",
    "AT_SVNR": "sozialversicherungsnummer|svnr|sv-nr|sv-nummer|versicherungsnummer|sv nr|sozialversicherung|vsnr|e-card|social security|social insurance",
    "CH_AHV": "ahv|avs|oasi|ahv-nr|ahvn13|sozialversicherungsnummer|social security",
    "NL_BSN": "bsn|burgerservicenummer|burger service|sofinummer|sofi-nummer|citizen service|sofi|persoonsnummer",
    "BE_NATIONAL_NUMBER": "rijksregister|rijksregisternummer|registre national|niss|insz|numéro national|"
    "national register|nationaal nummer|RRN|national number|nationalregister|INSZ/NISS|nn-nummer",
    "LU_NATIONAL_ID": "matricule|numéro d'identification|sécurité sociale|social security|national id",
    # France, Spain, Portugal, Italy, Greece
    "FR_NIR": "sécurité sociale|securite sociale|NIR|insee|numéro de sécu|n° sécu|numéro ss|assuré|social security|carte vitale|immatriculation",
    "FR_SPI": "numéro fiscal|référence fiscale|SPI|identifiant fiscal|numero fiscal|n° fiscal|tax number|tax id",
    "FR_PASSPORT": _PASSPORT,
    "FR_ID_CARD": "carte d'identité|carte nationale|CNI|carte d’identité|pièce d'identité|identity card|id card|carte identité|carte d'identite|national id",
    "FR_DRIVER_LICENSE": "permis de conduire|permis|" + _LICENCE,
    "ES_NIF": "dni|nif|documento nacional|identificación|d.n.i|n.i.f|identidad|identificacion|ID number|identity",
    "ES_NIE": "nie|identidad de extranjero|identificación de extranjero|extranjero|N.I.E",
    "ES_PASSPORT": _PASSPORT,
    "ES_SOCIAL_SECURITY": "seguridad social|afiliación|NUSS|NAF|n.º ss|número de afiliación|nss|social security",
    "PT_NIF": "nif|contribuinte|identificação fiscal|NIPC|número fiscal|n.º fiscal|fiscal|tax number|tax id",
    "PT_ID_CARD": "cartão de cidadão|cartão do cidadão|bilhete de identidade|documento de identificação|cidadão|citizen card|identity card",
    "IT_FISCAL_CODE": "codice fiscale|cod. fiscale|cod fiscale|C.F.|CF|cod. fisc|fiscal code|codicefiscale|tax code|fiscale",
    "IT_VAT_CODE": "partita iva|p.iva|p. iva|piva|P.I.|part. iva|vat|partitaiva|p.i.",
    "IT_IDENTITY_CARD": "carta d'identità|carta di identità|carta d’identità|identità|CIE|documento|carta d'identita|C.I.|identity card|id card|carta identità",
    "IT_PASSPORT": _PASSPORT,
    "IT_DRIVER_LICENSE": "patente|patente di guida|licenza di guida|" + _LICENCE,
    "GR_AMKA": "amka|αμκα|ΑΜΚΑ|α.μ.κ.α|Α.Μ.Κ.Α|αριθμός μητρώου|social security",
    "GR_AFM": "afm|αφμ|ΑΦΜ|α.φ.μ|Α.Φ.Μ|αριθμός φορολογικού|φορολογικ|tax number|tax id",
    # The north
    "FI_PERSONAL_IDENTITY_CODE": "hetu|henkilötunnus|henkilötunnu|personbeteckning|personal identity|sotu|social security|sosiaaliturvatunnus|identity code",
    "SE_PERSONNUMMER": "personnummer|personnr|pers.nr|p.nr|samordningsnummer|personal identity|svensk id|ssn|pnr|swedish|person-nr|personal number|födelsenummer",
    "SE_ORGANISATIONSNUMMER": "organisationsnummer|organisationsnr|orgnr|org.nr|org nr|org. nr|org.nummer|företagsnummer|org-nr",
    "NO_FODSELSNUMMER": "fødselsnummer|fødselsnr|personnummer|d-nummer|f.nr|fnr|national identity|national id|fodselsnummer|birth number",
    "DK_CPR": "cpr|personnummer|cpr-nr|cpr-nummer|cprnr|CPR",
    "IS_KENNITALA": "kennitala|kt.|kt|kennitölu|kennitölur",
    "EE_ISIKUKOOD": "isikukood|isikukoodi|personal code|personal identification|ik",
    "LT_ASMENS_KODAS": "asmens kodas|asmens kodą|asmens kod|a.k.|personal code",
    "LV_PERSONAS_KODS": "personas kods|personas kodu|personas kod|p.k.|personal code",
    "FI_PASSPORT": _PASSPORT,
    "SE_PASSPORT": _PASSPORT,
    "NO_PASSPORT": _PASSPORT,
    # The east
    "PL_PESEL": "pesel|pesel-u|numer ewidencyjny|nr ewidencyjny|national id|identification number",
    "PL_NIP": "nip|numer identyfikacji podatkowej|identyfikacji podatkowej|tax id|tax number",
    "PL_ID_CARD": "dowód osobisty|dowodu osobistego|dowód|dowodu|seria i numer|numer dowodu|dowodem|identity card|id card",
    "PL_PASSPORT": _PASSPORT,
    "CZ_RODNE_CISLO": "rodné číslo|rodného čísla|rodne cislo|r.č.|r. č.|RČ|rodným číslem|birth number|rodné",
    "HU_TAJ": "taj|TAJ-szám|társadalombiztosítási|tajszám|taj szám",
    "HU_TAX_ID": "adóazonosító|adóazonosító jel|adószám|tax id|tax identification",
    "HU_PERSONAL_ID": "személyi szám|személyi azonosító|személyi|személyazonosító",
    "RO_CNP": "cnp|cod numeric personal|codul numeric|codul numeric personal|personal numeric",
    "BG_EGN": "егн|ЕГН|egn|единен граждански|личен номер|e.г.н",
    "YU_JMBG": "jmbg|јмбг|ЈМБГ|emšo|emso|matični broj|матични број|ембг|ЕМБГ|matični",
    "HR_OIB": "oib|osobni identifikacijski|identifikacijski broj",
    "RU_PASSPORT": _PASSPORT + "|серия и номер|паспортные данные|серия",
    "RU_INN": "инн|ИНН|inn|идентификационный номер налогоплательщика|налогоплательщика",
    "RU_SNILS": "снилс|СНИЛС|snils|страховой номер|пенсионного страхования|пенсионное",
    "RU_DRIVER_LICENSE": "водительское|водительского|водительские|водительских|в/у|водительским|права",
    "UA_RNOKPP": "рнокпп|РНОКПП|іпн|ІПН|ідентифікаційний|ідентифікаційний код|податкова|податковий|ідентифікаційний номер|облікової картки|tax id|tax number",
    "UA_PASSPORT": _PASSPORT,
    "KZ_IIN": "иин|ИИН|жсн|ЖСН|IIN|жеке сәйкестендіру|индивидуальный идентификационный",
    # South and South-East Asia, Korea
    "IN_AADHAAR": "aadhaar|aadhar|adhaar|uidai|आधार|ஆதார்|ఆధార్|আধার|આધાર|ಆಧಾರ್|ആധാർ|UID|adhar",
    "IN_PAN": "PAN|permanent account|pan card|pancard|pan number|pan no|पैन|pannumber|स्थायी खाता",
    "IN_GSTIN": "gstin|gst|goods and services tax|tax identification",
    "IN_VOTER": "voter|epic|elector|मतदाता|voters|EPIC",
    "IN_PASSPORT": _PASSPORT,
    "IN_VEHICLE_REGISTRATION": "vehicle|registration|plate|RTO|car number|number plate|registered|वाहन|car|bike|scooter|truck|license plate|RC",
    "IN_DRIVER_LICENSE": _LICENCE + "|driving|ड्राइविंग|licence|license",
    "PK_CNIC": "cnic|nic|nicop|شناختی|national identity|NADRA|identity card|id card",
    "LK_NIC": "nic|national identity|ජාතික හැඳුනුම්පත|அடையாள|identity card",
    "BD_NID": "nid|জাতীয় পরিচয়|পরিচয়পত্র|national id|এনআইডি",
    "TH_TNIN": "เลขประจำตัวประชาชน|เลขบัตรประชาชน|บัตรประชาชน|รหัสประชาชน|รหัสปชช|ประจำตัวประชาชน|thai id|tnin|thai national|national id|citizen id|เลขประจำตัว|ปชช|identification number|id card",
    "MY_NRIC": "mykad|my kad|nric|ic number|ic no|kad pengenalan|no. kp|no kp|IC|MyKad|k/p|identity card|no. ic|i/c",
    "SG_NRIC_FIN": "nric|fin|FIN|identity card|IC|fin number|work permit|nric/fin|i/c",
    "SG_UEN": "uen|unique entity|acra|business registration|company registration|roc",
    "ID_NIK": "nik|ktp|e-ktp|nomor induk|kependudukan|no. ktp|identity number|npwp|kartu tanda",
    "VN_CCCD": "cccd|cmnd|căn cước|chứng minh|cmt|số định danh|CCCD|citizen id|identity card",
    "PH_TIN": "TIN|taxpayer|bir|tax id|tax identification|rdo",
    "PH_UMID": "umid|CRN|common reference|unified multi|philhealth|pag-ibig|gsis",
    "PH_SSS": "sss|SSS|social security",
    "PH_PASSPORT": _PASSPORT,
    "KR_RRN": "주민등록번호|주민번호|주민등록|주민|resident registration|rrn|RRN|korean resident",
    "KR_FRN": "외국인등록번호|외국인등록|외국인번호|외국인|foreigner registration|frn|FRN|alien registration",
    "KR_BRN": "사업자등록번호|사업자번호|사업자|BRN|business registration|business number|tax registration",
    "KR_DRIVER_LICENSE": "운전면허|면허번호|면허|korean driver|" + _LICENCE,
    "KR_PASSPORT": _PASSPORT,
    # Near East, Africa, Oceania
    "TR_NATIONAL_ID": "kimlik|tckn|TC no|t.c.|nüfus cüzdanı|national id|turkish id|vatandaşlık|TC|nüfus|T.C. kimlik|identity number",
    "TR_PASSPORT": _PASSPORT,
    "IL_ID": "תעודת זהות|ת.ז|ת״ז|ת\"ז|מספר זהות|זהות|teudat zehut|israeli id|israel id|identity number|תז",
    "AE_EMIRATES_ID": "emirates id|emirates identity|eid number|الهوية|هوية|EID|رقم الهوية|id number",
    "SA_NATIONAL_ID": "iqama|saudi id|national id|الهوية|هوية|إقامة|الإقامة|اقامة|رقم الهوية",
    "EG_NATIONAL_ID": "الرقم القومي|القومي|national id|egyptian id|رقم قومي|قومي|id number",
    "IR_NATIONAL_ID": "کد ملی|ملی|کدملی|national code|national id|شماره ملی|melli",
    "ZA_ID_NUMBER": "id number|identity number|id no|south african id|rsa id|smart id|national id|said number|id-nommer|identiteitsnommer|sa id",
    "ZA_PASSPORT": _PASSPORT,
    "ZA_DRIVER_LICENSE": _LICENCE + "|licence|enatis|natis",
    "ZA_INCOME_TAX_NUMBER": "sars|tax reference|income tax|tax number|itr|taxpayer|tax registration|tax ref",
    "ZA_TRAFFIC_REGISTER_NUMBER": "traffic register|trn|TRN|vehicle register",
    "ZA_VAT_NUMBER": "vat|vat number|vat registration|value added tax|vat no",
    "NG_NIN": "NIN|nin|national identification|national identity|nimc|nigerian id|nigeria id|bvn|BVN|bank verification",
    "KE_ID": "kenyan id|huduma|national id|id number|id no|kitambulisho|identity card",
    "AU_TFN": "tfn|tax file|TFN",
    "AU_MEDICARE": "medicare",
    "AU_ABN": "abn|australian business",
    "AU_ACN": "acn|australian company",
    "AU_PASSPORT": _PASSPORT,
    "AU_DRIVER_LICENSE": _LICENCE,
    "NZ_IRD": "ird|inland revenue|ird number|tax number",
    "NZ_NHI": "nhi|national health index",
    "NZ_PASSPORT": _PASSPORT,
    # Things
    "IMEI": "imei|imeisv|international mobile|device id|serial number of phone|기기|串号|phone serial|handset|imei1|imei2",
    "VIN": "vin|vehicle identification|chassis|fahrgestellnummer|FIN|fahrzeug-identifizierung|fahrzeugidentifizierung|frame number|"
    "numéro de châssis|bastidor|telaio|chassi|车架号|車台番号|차대번호|vehicle id|vins|шасси|вин",
    "LICENSE_PLATE": "license plate|licence plate|number plate|plate number|plate no|vehicle registration|"
    "registration number|registration plate|registration mark|car registration|car plate|kennzeichen|nummernschild|kfz|plaque d'immatriculation|"
    "immatriculation|immatriculée|matrícula|matricula|targa|kenteken|rejestracyjny|rejestracyjna|plaka|"
    "госномер|гос. номер|номерной знак|государственный номер|регистрационный знак|placa|placas|rekisterinumero|registreringsnummer|nummerplate|nummerplaat|"
    "spz|rendszám|număr de înmatriculare|번호판|차량번호|plates|plate|vrn|reg no|reg number|license tag|tag number|licenseplate|"
    "VRM|DVLA|v5c|reg plate|vehicle reg|regnr|reg.nr|autokennzeichen|autonummer",
    "LICENSE_PLATE digits": "license plate|licence plate|number plate|plate number|plate no|licenseplate|"
    "kennzeichen|plaka|plaka numarası|matrícula del coche|car plate|plates",
    "CRYPTO": "bitcoin|btc|ethereum|eth|wallet|crypto|address|donate|donation|donations|send|payment|tip|tips|deposit|litecoin|ltc|"
    "monero|xmr|solana|sol|tron|trx|usdt|dogecoin|doge|ripple|xrp|cardano|ada|dash|blockchain|钱包|地址|捐赠|지갑|ウォレット|"
    "кошелек|кошелёк|биткоин|billetera|portefeuille|wallets|sent|transfer|recipient|payout|erc20|usdc|metamask|bnb",
    "DATE_OF_BIRTH": "born|date of birth|dob|birth date|birthdate|birthday|birthdays|d.o.b|birth|dateofbirth|b-day|bday|DOB|D.O.B|"
    "was born|geboren|geburtsdatum|geburtstag|geb.|geb|geb. am|né|née|né le|née le|date de naissance|naissance|nacido|nacida|nací|nacimiento|nació|"
    "fecha de nacimiento|f. nac|cumpleaños|data de nascimento|nascimento|nascido|nascida|nasceu|nasci|nato il|nata il|nato|nata|data di nascita|nascita|"
    "geboortedatum|geboren op|verjaardag|geboorte|födelsedatum|född|fødselsdato|født|fødselsdag|födelsedag|syntymäaika|syntynyt|syntymäpäivä|data urodzenia|urodzony|urodzona|"
    "ur.|urodziłem|urodziłam|datum narození|narozen|narozena|narození|dátum narodenia|születési|született|data nașterii|născut|născută|nașterii|doğum|doğum tarihi|doğumlu|doğdu|дата рождения|"
    "рождения|родился|родилась|день рождения|г.р.|дата народження|народження|народився|народилася|дата на раждане|роден|родена|ημερομηνία γέννησης|γεννήθηκε|γέννησης|γεννηθείς|"
    "出生|出生日期|生日|出生于|生年月日|誕生日|生まれ|诞生|出世|日生|일생|생년월일|생일|출생|출생일|태어|วันเกิด|เกิดวันที่|เกิดเมื่อ|ngày sinh|sinh ngày|tanggal lahir|lahir|tarikh lahir|जन्म तिथि|जन्मतिथि|जन्म|"
    "জন্ম তারিখ|পிறந்த|تاريخ الميلاد|الميلاد|مواليد|ولد|ولدت|تاریخ تولد|تولد|תאריך לידה|לידה|נולד|נולדה|tempat lahir|kaarawan|ipinanganak|petsa ng kapanganakan|dzimšanas datums|gimimo data|sünniaeg|sündinud|"
    "datum rođenja|rođen|rođena|rojen|rojena|datum rojstva|datëlindja|tarehe ya kuzaliwa|kuzaliwa",
}

#: Words that say that a number is something that no rule here looks for.
OTHERS = (
    "phone|tel|telephone|fax|mobile|cell|call|text|order|invoice|tracking|isbn|issn|doi|pmid|"
    "ticket|case no|case number|docket|zip|version|sku|model|part number|part no|item|upc|ean|"
    "transaction|reference|ref|telefon|teléfono|téléphone|handy|电话|手机|電話|전화|телефон|"
    "rev|revision|section|chapter|page|vol|article|grant|award|contract|patent|application|"
    "confirmation|booking|receipt|commit|sha|hash|extension|ext|swift|bic|iban|population|"
    "credit card|card number|visa|mastercard|pin|cvv|timestamp"
)
