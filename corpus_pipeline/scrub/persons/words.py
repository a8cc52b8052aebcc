"""Words that say what stands beside them: titles, roles, organisations, places, particles, cues.

All are given in small letters; marks on letters do not count.
"""

from typing import Final

#: Never a part of a name, though lists of names have most of them. Capitals stand at the start of
#: sentences and headings.
FUNCTION: Final = """
the a an and or but if so as at by in on of to for from with without into onto over under about
i you he she it we they me him her us them my your his its our their this that these those who
whom whose which what when where why how is are was were be been being am do does did done has
have had can could should would shall must might not no yes nor yet then than there here now
just only also very too more most much many some any all each every both few other another such
same own one two three four five six seven eight nine ten first second third last next new old
good great well ever never once again still even while during before after since until because
though although however therefore thus hence moreover meanwhile indeed perhaps maybe please
thank thanks welcome hello hi hey dear ok okay oh ah let lets see look get got go going come say
said says make made take use used using set add up down out off back through between against
among per via like unlike ours mine yours what's that's it's i'm i've i'll don't didn't can't
won't isn't der die das den dem des ein eine einen einem einer und oder aber wenn als wie bei
mit von zu im auf aus nach vor fur uber unter ist sind war waren wird werden hat haben nicht
kein keine auch nur grusse
grussen ich du er sie es wir ihr mein dein sein unser euer dieser diese dieses wer
wo wann warum sehr geehrte geehrter liebe lieber hallo le la les un une et ou mais si comme dans
sur sous avec sans pour par est sont etait je tu il elle nous vous ils elles mon ton son notre
votre leur ce cet cette ces que qui quoi dont ne pas bonjour cher chere merci monsieur el los
las una unos unas y o pero en con sin por para era yo nosotros ellos mi su este esta estos estas
quien como cuando donde mas muy hola gracias estimado estimada os um uma e em com sem eu ele ela
nos eles meu seu isso quem quando onde nao muito ola obrigado obrigada prezado prezada caro lo
gli uno ma di da tra fra non che chi dove io lui noi voi loro mio tuo suo questo questa questi
queste ciao grazie gentile het een maar met van voor door op uit bij zijn ik jij hij zij wij
jullie dit dat deze wat waar hoe niet geen ook beste geachte dank w z na od po za nie tak jest
byl byla ja ty wy oni ta te co kto gdzie kiedy jak dlaczego bardzo dzien dobry czesc szanowny
szanowna och att det ett som pa av med till ar var jag hon vi ni de inte hej tack ve bir bu icin
ile degil merhaba sayin selam va cua trong khong nay nhung cac toi ban anh xin chao kinh gui
thua и в во на с со по за из от до не да он она мы вы они это этот эта что кто где когда как но
или я ты для при если то так же уже только здравствуйте привет уважаемый уважаемая спасибо та що
як це той від або але він вона ми ви вони у з про
"""

#: Languages whose names and common words `languages.npz` knows, besides English.
LANGUAGES: Final = "de fr es it pt nl pl ru"

#: Before a name, of whatever name follows.
TITLES: Final = """
mr mrs ms miss dr prof professor sir madam mister missus rev reverend capt sgt cpl lt cmdr
messrs mme mmes mlle monsieur madame mademoiselle maitre herr frau herrn fraulein senor senora
senorita sra srta srs signor signora signorina dott dottssa dottor dottoressa dhr mevr mevrouw
meneer drs sayin senhor senhora herra rouva froken shri smt sheikh shaikh datuk господин госпожа
пан пані г-н г-жа д-р dipl dipling doktor κυριος κυρια κος κα dra dna sheikha avv geom mw lieut pvt
pte pfc brig hhj
"""

#: Before a name, of persons and of other things.
ROLES: Final = """
mom mum mommy mummy mama mamma dad daddy papa pan pani panna bay bayan dame don dona tuan puan
sri mullah maj fru mag ing sig hon encik mx hr fr avv mw kumari ustad president vice speaker
senator governor mayor minister chancellor secretary ambassador judge justice officer detective
inspector sergeant corporal lieutenant major colonel general admiral captain commander king
queen prince princess duke duchess earl count countess baron baroness lord lady emperor empress
pope cardinal bishop archbishop father sister brother uncle aunt auntie grandma grandpa granny
coach ceo cto cfo coo chairman chairwoman director manager nurse doctor teacher attorney lawyer
agent congressman congresswoman representative rep sen gov gen col saint author editor singer
actor actress rapper drummer guitarist comedian novelist poet painter composer songwriter
producer architect scientist physicist historian economist journalist reporter biologist chemist
mathematician philosopher engineer developer photographer student colleague presidente
presidenta ministro ministra directora doctora tio tia padre madre prasident prasidentin kanzler
kanzlerin ministerin onkel tante bruder schwester ministre oncle pere mere frere soeur directeur
directrice президент министр директор доктор профессор генерал капитан дядя тетя король царь
князь
bosun commodore pastor abbot provost chef referee
nabi rasul imam rabbi swami ayatollah rector curate vicar nawab maharaja maharani rajah begum
"""

#: A name with one of these is one of an organisation, place, law, work or thing.
THINGS: Final = """
inc ltd llc corp corporation company co plc gmbh ag sa srl spa bv nv oy ab group holdings partners
associates bank bancorp trust fund funds capital insurance financial securities investments brothers
bros sons university college school academy institute institution laboratory laboratories lab labs
center centre hospital clinic medical museum gallery library theatre theater church cathedral chapel
abbey temple mosque synagogue parish diocese foundation society association union league federation
committee commission council board department ministry agency bureau office administration authority
service services court congress senate parliament house party club team fc united city town village
county district province state states republic kingdom empire island islands isle isles bay beach
lake river mountain mountains mount hill hills valley creek canyon falls springs forest park gardens
garden square plaza street st avenue ave road rd boulevard blvd lane ln drive dr way ct place
highway bridge tower building hall hotel inn airport station terminal port harbor harbour stadium
arena field fields heights ridge point cove grove woods meadows estate estates manor castle palace
fort act bill law code amendment treaty agreement accord protocol theorem lemma conjecture effect
equation constant algorithm method test index scale syndrome disease disorder cancer virus prize
award awards medal cup trophy bowl open championship tournament championships festival conference
symposium summit workshop show magazine journal times post news press herald tribune gazette review
books publishing publishers records music studios pictures films entertainment productions media
network channel radio television tv software systems technologies technology solutions industries
industrial motors airlines airways air energy oil gas electric power foods food stores store shop
market markets restaurant cafe bar grill winery brewery vineyards day days week month year eve
programs program project initiative campaign plan report guide manual handbook book series edition
version chapter section part volume bible gospel epistle psalm war battle revolution era age dynasty
army navy force forces corps brigade regiment division police ship class region area zone line
railway railroad canal tunnel pass trail route coast peninsula desert ocean sea gulf strait basin
plateau plains crater comet asteroid galaxy nebula mission rover telescope observatory engine api
sdk campus server framework js css html language script cloud web site website online app wiki
strasse str platz allee gasse weg damm ufer schule universitat kirche krankenhaus verlag verein
stiftung gesellschaft rue chemin quai universite eglise hopital ecole musee calle avenida paseo
camino carretera universidad colegio iglesia museo rua praca escola igreja universidade via viale
piazza corso universita scuola chiesa ospedale straat laan plein kerk ziekenhuis ulica ulicy ul plac
aleja uniwersytet szkola kosciol szpital gatan vagen torg skola kyrka cadde sokak mahallesi
universitesi okulu улица проспект площадь университет школа институт банк завод область район город
band bands orchestra choir quartet ensemble philharmonic symphony pavilion schools hospitals
monument memorial cemetery mausoleum shrine basilica seminary conservatory conservatoire arboretum
aquarium zoo reservoir ranch plantation mansion resort casino mall planetarium racecourse raceway
speedway motorsports dealership realty realtors pharmacy pharmaceuticals logistics telecom wireless
semiconductor instruments robotics aerospace aviation engineering construction apartments statehouse
relay marathon triathlon invitational regatta expressway turnpike parkway freeway auditorium
coliseum amphitheater amphitheatre ballpark ballet opera pizza motel bistro bakery diner steakhouse
dentistry dental orthodontics plumbing browser scholarship fellowship lecture llp lp pllc trie tries
nehri vadisi deltasi muzesi merkezi koprusu daglari adasi gezegeni denizi golu korfezi bogazi limani
havalimani kilisesi camii kalesi sarayi bankasi partisi savasi antlasmasi imparatorlugu kralligi
cumhuriyeti hastanesi kliniken klinikum universitatsklinikum bahnhof flughafen brucke grange portal
"""

#: A name behind one of these is one of a place or thing.
THINGS_BEFORE: Final = """
lake mount mt fort ft port cape san santa santo sao saint st ste sankt sint hurricane typhoon
storm camp hotel project operation rue cite citta piazzetta strada stradone vicolo praca largo
travessa urb barrio colonia calle avenida rua via ulica ul avenue place boulevard plaza
instituto istituto instytut fundacion fondazione fondation fundacao fundacja college lycee colegio
liceo liceu liceum hopital ospedale szpital klinik clinica clinique teatro theatre theater teatr
museo
musee muzeum museu parque parc parco palacio palazzo palais palac castello chateau zamek ponte
puente pont aeroporto biblioteca bibliotheque biblioteka premio prix preis nagroda loi ley legge
gesetz decreto linea estacion estacao stazione gare stacja bahnhof torre kirche eglise iglesia
igreja
chiesa kosciol escuela escola ecole scuola schule szkola bodega cantina tenuta chateaux
школа театр музей станция метро парк фонд институт университет библиотека больница завод премия
переулок бульвар набережная шоссе шахта теплоход
university universitat universite universidad universita universidade college institute institut
church bank museum teatro restaurant los las el al new north south east west northern southern
eastern western upper lower greater central mission point isle ile isla ilha villa vila rio
river town city county province republic kingdom island islands planet comet asteroid crater uss
hms ss rms ms usns hmas hmcs mv ins gasthof gasthaus landgasthof burg schloss kloster team club fc
ac sc real sporting stade stadio estadio aeropuerto aeroport ул улица
проспект площадь город озеро река имени им
"""

CALENDAR: Final = """
january february march april may june july august september october november december jan feb
mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday
sunday mon tue tues wed thu thur thurs fri sat sun christmas easter halloween thanksgiving
ramadan januar februar marz mai juni juli oktober dezember montag dienstag mittwoch donnerstag
freitag samstag sonntag janvier fevrier mars avril juin juillet aout septembre octobre novembre
decembre lundi mardi mercredi jeudi vendredi samedi dimanche enero febrero marzo abril mayo
junio julio agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes
sabado domingo janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
"""

#: Peoples, languages and faiths: adjectives that are written with a capital.
PEOPLES: Final = """
kuzey guney dogu yeni dunya zaman osten westen norden suden royal federal national america europe
africa asia britain england scotland ireland wales france germany italy spain american british
english french german italian spanish portuguese dutch polish swedish norwegian danish finnish
russian ukrainian turkish greek roman latin chinese japanese korean indian arab arabic hebrew jewish
muslim islamic catholic protestant orthodox buddhist hindu scottish irish welsh european african
asian australian canadian mexican brazilian israeli iranian iraqi egyptian persian ottoman byzantine
victorian elizabethan georgian democrat republican democratic socialist communist nazi marxist
allied internet web google microsoft apple amazon facebook twitter youtube linux windows unix java
javascript python github islam judaism buddhism hinduism taoism shinto bible koran quran torah
talmud ramadan sunni sunnis shia shiite shiites sufi salafi wahhabi islamist sikh sikhs jain taoist
zoroastrian quaker quakers mormon mormons methodist lutheran calvinist presbyterian anglican puritan
puritans jesuit jesuits franciscan dominican benedictine evangelical pagan pagans gentile gentiles
muslims moslem hindus christians catholics protestants buddhists jew jews papist huguenot huguenots
norman normans saxon saxons viking vikings varangian celt celts celtic gaul gauls goth goths gothic
lombard lombards vandal vandals hun huns tatar tatars tartar tartars mongol mongols turk turks kurd
kurds kurdish inca incas inka inkas aztec aztecs mayan apache cherokee sioux navajo comanche
iroquois mohawk maori pakeha aboriginal inuit eskimo zulu zulus bantu hausa yoruba igbo swahili
somali afghan pashtun tajik uzbek kazakh bengali punjabi tamil telugu malayalam marathi gujarati
urdu hindi thai malay javanese vietnamese khmer tibetan uyghur manchu cossack slav slavs slavic serb
serbs croat croats bosnian albanian bulgarian romanian hungarian magyar czech slovak slovene
slovenian lithuanian latvian estonian belarusian armenian azeri swiss austrian belgian flemish
walloon basque catalan galician castilian sicilian venetian florentine tuscan maltese cypriot cretan
corsican sardinian icelandic nordic scandinavian baltic balkan teutonic germanic prussian bavarian
hanoverian briton britons scots scotsman englishman irishman dutchman frenchman welshman americans
europeans africans asians arabs romans greeks spaniard spaniards germans italians russians yankee
yankees creole latino latina latinos hispanic tory tories whig whigs roundhead roundheads jacobin
jacobite jacobites republicans democrats socialists communists bolshevik bolsheviks menshevik nazis
fascist fascists taliban hamas hezbollah mujahideen bedouin berber moors moorish saracen saracens
nubian ethiopian sudanese nigerian ghanaian kenyan ugandan tanzanian zambian congolese algerian
moroccan tunisian libyan lebanese syrian jordanian palestinian palestinians saudi saudis yemeni
kuwaiti pakistani bangladeshi nepalese singaporean indonesian filipino peruvian chilean argentine
argentinian colombian venezuelan ecuadorian bolivian cuban haitian jamaican etonian oxonian alpha
beta gamma delta epsilon zeta theta kappa lambda omicron sigma upsilon omega
dios deus dio gott dieu bog бог
"""

#: Names of software, gods and things that are given names too: alone they are no persons.
THINGS_NAMED: Final = """
hill park lane church fields day brooks woods waters rivers banks law price ford case moon bay julia
jasmine travis jenkins maven ada pascal eiffel dart scala clara alexa siri cortana django flask
jason cassandra athena apollo delphi gemini claude aurora phoenix iris lilac jade opal amber ivy
lily daisy violet rosemary basil sage ginger olive cherry jasper garnet pearl crystal diamond ebony
coral venus mars jupiter mercury saturn neptune luna stella nova sierra savanna savannah virginia
carolina georgia dakota florence chelsea brooklyn bronx asia india china israel eden faith hope joy
charity mercy trinity destiny harmony melody liberty justice constance prudence christian christ
jesus allah buddha messiah god lord zeus hera odin thor mercedes audi lexus lincoln dodge bentley
porsche mini kia nissan mazda tesla victor romeo juliet oscar emmy grammy nobel pulitzer roman
legend major prince duke earl king marquis sterling guy junior senior max rich bill art gene rose
dawn summer autumn winter april june may august star sky ocean river forest cliff heath brook lake
stone wade chase hunter mason porter archer fisher gardner dell acer ariel tide dove axe persil sol
luz mar cielo alba estrella paz rio leon cruz santos ventura milagros remedios dolores soledad
consuelo socorro pilar rosario concepcion asuncion reyes guadalupe anaconda conda keras orion
galileo ansible puppet chef vagrant selenium cypress karma mocha chai ember bower sass stylus
electron kafka redis elastic beam spark hadoop hive storm samza lucene solr tara terra geneva
valencia verona alsace martinique dominica colombia argentina bolivia cuba kenya libya syria cyprus
malta tunis sahara ira nato isis solidity vyper satoshi byzantium constantinople berlin shanghai
cancun prague lisbon ether casper aries taurus virgo libra scorpio capricorn aquarius pisces
sagittarius leo uranus pluto europa titan ganymede callisto triton oberon titania capella sirius
antares rigel spica polaris jove eros minerva hebe cupid ceres bacchus vulcan osiris horus shiva
brahma artemis aphrodite ares demeter dionysus hades poseidon cronus loki safari babel falcon rust
lua pandora lotus bixby ragnar sonos nike armani prada gucci versace cartier boeing airbus cessna
kroger forbes nielsen hilton marriott sheraton hyatt macy macys mcdonald mcdonalds menard menards
wendys denny dennys sotheby sothebys christies kohl kohls sears penney walgreen walgreens cisco
intel compaq lenovo siemens bosch gillette kellogg heinz nestle cadbury hershey pepsi lipton
twinings budweiser heineken guinness bacardi chevrolet cadillac buick pontiac chrysler ferrari
maserati lamborghini bugatti peugeot renault citroen skoda toyota honda suzuki yamaha kawasaki
ducati harley michelin pirelli goodyear firestone dunlop adidas reebok puma asics spalding nokia
motorola ericsson meta macs ubuntu debian fedora gnome cobol fortran kotlin elixir clojure erlang
unreal krita mozilla netscape konqueror vivaldi telegram viber skype trello jira asana zelle venmo
quicken turbotax oracle sybase ingres postgres mongo riak zika ebola valentine indiana montana
lakers celtics socceroos kauri char aspen sequoia banyan purina rutgers vassar tufts drexel stanford
harvard yale eton ruby
"""

#: Well-known given names and short forms that the lists of births have seldom.
GIVEN_NAMES: Final = """
addie agatha aggie akira alexei alf alistair ambrose anatoly angus anil augusta barney bart bernie
bert bertram bess cassie cedric charley chas chet chiara clement clementina cornelia cuthbert cyril
davey deb deepak denis desmond dick dieter dmitri dolly dorothea drusilla dudley edie egbert emmy
ernie essie euphemia eustace ewan fanny fergus francesca freddy fritz gareth geoff georgiana georgie
georgina gerry gil giles giuseppe godfrey gordie gunter gus gwendolen hamish hank haruki heinz
helmut henri hermione hester hetty hilary hiroshi humphrey ike isolde ivor izzy jacqui jasper jed
jem jemima jen jess joanie josh jun jurgen katy kavita keiko keir kenji khadija khalid kitty klaus
kofi kwame lakshmi lancelot lavinia lenny leonora leopold linh lionel lizzie lottie lou louie louisa
lucretia ludmila luigi lulu maddie madge magnus mandy manfred marge marmaduke marty maud mervyn mick
mickey millicent milly missy moe mollie montague mortimer naoko nate nelly neville ngozi nicky nigel
nikita nikki oleg oswald ottilie paolo pavel percy phil philippa phoebe pietro pilar polly pooja
priya quentin rahul rainer rajesh ramesh rashid reggie rhoda rhys robbie rosalind rosamond rowena
rufus rupert russ sammy sanjay seamus selina sid silas simeon sonny steph stu sunil suresh susannah
suzie svetlana sybil sylvester takeshi tariq teddy terence thaddeus thea tilda tillie timmy toby
topher trish trudy tuan ursula uwe vern vijay vince viv vladimir wilfred wilhelmina winifred winnie
wolfgang yoko yuki yuri zach zack
"""

#: Small words inside surnames.
PARTICLES: Final = """
van von der den de del della delle dei degli di da do dos das du des la le lo el al bin ibn ben
bint abu ter ten te zu zur zum af av o y e und i san st mac mc ap ferch ould ud vom ze binti a/l
a/p
"""

#: Surnames of Vietnam, without marks as all words here.
VIETNAMESE_SURNAMES = """
nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh truong trinh luong
mai dao doan
"""

#: Syllables of given names of Vietnam that are common words, months or peoples elsewhere.
VIETNAMESE_GIVEN = """
an anh mai minh ha hoa dung hien thu trang lan son nam hai my hanh tam van em bao long phong quang
thi dan mi so sung ban to tu tuan vi va vien vinh le ly bich cuc hong
"""

#: Before the next part of an Arabic name, with which they are one: بن عبد الله.
ARABIC_JOINS = "بن ابن بنت عبد أبو آل ولد"

#: Behind a name.
SUFFIXES: Final = "jr sr ii iii iv phd md esq dds jd mba cpa msc bsc obe mbe cbe filho neto junior"

#: Between a person's name and the word of an institution: Walter Reed National Medical Center.
LINKS: Final = """
national international memorial regional federal public presidential medical military community
central general state high middle elementary junior senior technical research performing fine arts
art science sciences natural history health healthcare care legal wealth charitable family
educational primary secondary grammar comprehensive veterinary dental mental behavioral surgical
cardiovascular nursing urban environmental political economic global world american british european
royal catholic christian lutheran methodist baptist jewish islamic law business graduate engineering
agricultural mechanical veterans childrens womens
"""

#: Behind a town: its state, county or country. None is a usual name of persons.
STATES: Final = """
al ak az ar ca co ct dc fl ga hi id il ia ks ky la ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok
or pa ri sc sd tn tx ut vt va wa wv wi wy ab bc mb nb ns on qc sk nsw qld uk usa alabama alaska
arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois indiana iowa
kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri
nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont wisconsin wyoming
ontario quebec alberta manitoba saskatchewan newfoundland queensland tasmania england scotland
france germany italy spain portugal belgium netherlands switzerland austria poland hungary romania
bulgaria greece turkey russia ukraine sweden norway denmark finland iceland japan korea taiwan
thailand vietnam malaysia indonesia philippines pakistan bangladesh australia canada mexico brazil
peru nigeria ghana egypt morocco algeria iran iraq lebanon yorkshire lancashire cheshire derbyshire
nottinghamshire lincolnshire leicestershire staffordshire warwickshire oxfordshire hampshire
berkshire hertfordshire surrey sussex essex suffolk norfolk cornwall devon dorset somerset wiltshire
gloucestershire
"""

#: Behind "'s" it is a day or a place that is called after a person: Valentine's Day, Macy's Store.
OWNED: Final = """
day eve bank hospital church cathedral school college academy hall square park lane street bay
island islands inn cafe coffee pizza steakhouse restaurant burgers chapel abbey cemetery library
market bridge crossing landing
"""

#: Towns, counties, rivers that are given names or surnames as well.
TOWNS: Final = """
venice dover chester winchester warwick guildford durham devon cornwall westmoreland cumberland
gloucester worcester hereford rochester colchester chichester salisbury canterbury exeter plymouth
torquay bristol oxford cambridge norwich ipswich derby nottingham leicester coventry birmingham
manchester liverpool leeds bradford sheffield york scarborough hull newcastle sunderland carlisle
edinburgh glasgow aberdeen dundee perth stirling inverness cardiff swansea dublin limerick belfast
galway brighton hastings folkestone ramsgate margate southampton portsmouth windsor kensington
chelsea islington hackney croydon wimbledon hammersmith westminster thames severn tyne humber mersey
avon danube rhine seine rhone loire tiber nile ganges brittany burgundy tuva alsace savoy bavaria
saxony prussia bohemia tuscany lombardy sicily sardinia corsica crete malta naples rome milan turin
genoa bologna padua pisa siena ravenna vienna salzburg munich dresden leipzig hamburg bremen cologne
hanover frankfurt stuttgart zurich basel bern lyon marseille bordeaux nantes toulouse calais dieppe
boulogne rouen orleans versailles antwerp ghent bruges brussels amsterdam rotterdam leiden haarlem
madrid seville granada toledo cordoba cadiz lisbon athens sparta corinth delphi babylon nineveh tyre
sidon damascus jericho bethlehem nazareth canaan sheba zion melbourne brisbane canberra auckland
allentown trenton albany syracuse buffalo utica herkimer oneida oswego denver boulder tucson tulsa
wichita topeka omaha boise cheyenne charleston atlanta memphis nashville knoxville lexington
louisville cincinnati akron detroit milwaukee chicago springfield peoria
"""

#: Names of several words that read as persons' and are not.
NOT_PERSONS: Final = """
reed elsevier; wolters kluwer; berkshire hathaway; morgan stanley; wells fargo; calvin klein;
ralph lauren; louis vuitton; hugo boss; jack daniels; johnnie walker; johnny walker;
harley davidson; charles schwab; goldman sachs; booz allen; mary kay; betty crocker; aunt jemima;
tommy hilfiger; marks spencer; santa claus; father christmas; merrill lynch; ernst young;
arthur andersen; dean witter; edward jones; lehman brothers; smith wesson; john deere; warner bros;
rolls royce; aston martin; alfa romeo; mercedes benz; hewlett packard; fannie mae; freddie mac;
sallie mae; dow jones; jp morgan; merriam webster; barnes noble; abercrombie fitch; johnson johnson;
smith barney; baker mckenzie; tim hortons; trader joe; burger king; dairy queen; virgin mary;
holy mary; ave maria; jesus christ; notre dame; saint laurent; st louis; santa maria; king james;
new york; los angeles; monte carlo; union jack; uncle sam; bloody mary; black jack; joe sixpack;
old testament; new testament; vice president; prime minister; grand prix; grand master; red cross;
de facto; de jure; en route; cape may; grant thornton; martin luther king day; christian science;
christian democrat; german shepherd; jack russell; st bernard; visual studio; hong kong; sri lanka;
costa rica; puerto rico; el salvador; sierra leone; saudi arabia; molly malone; jim beam;
jose cuervo; captain morgan; jimmy choo; christian dior; marc jacobs; kate spade; michael kors;
giorgio armani; gianni versace; ben jerry; papa johns; jenny craig; lands end; eddie bauer;
levi strauss; oscar mayer; sara lee; jolly roger; mickey mouse; donald duck; amber alert;
crystal palace; victoria falls; victoria cross; sarbanes oxley; dodd frank; smoot hawley;
taft hartley; glass steagall; gramm leach; mccain feingold; hodgkin lymphoma; down syndrome;
guillain barre; creutzfeldt jakob; epstein barr; kaplan meier; la paz; san jose; mary celeste;
golden gate; silicon valley; chevy chase; stack overflow; monte cristo; le monde; le figaro;
die zeit; der spiegel; el pais; la repubblica; al qaeda; al jazeera; duran duran; diffie hellman;
north star; uncle bob; johns hopkins; old bailey; new bailey; winston salem; walter reed;
thin lizzy; jim thorpe; aston villa; tay ban nha; dai tay duong; thai binh duong; an do duong;
tay duong; nam phi; dong nam a; dong nam; dong phi; tay phi; dan mach; hoang gia; luan don;
bo dao nha; bac my; nam my; bac kinh; ha lan; thuy dien; thuy si; hy lap; ai cap; trung quoc;
nhat ban; han quoc; trieu tien; dai loan; viet nam; dong duc; tay duc; bac au; dong au; tay au;
nam au; neiman marcus; taj mahal; magna carta; magna charta; sandy hook; brooks brothers;
perry ellis; ann taylor; laura ashley; elizabeth arden; estee lauder; max factor; helena rubinstein;
liz claiborne; tommy bahama; philip morris; dr pepper; ruby tuesday; jimmy johns; duncan hines;
jones lang; black decker; briggs stratton; bear stearns; salomon brothers; drexel burnham;
price waterhouse; coopers lybrand; peat marwick; thomas cook; harvey nichols; fortnum mason;
johnson controls; kimberly clark; coney island; bunker hill; pearl harbor; mont blanc; ben nevis;
loch ness; machu picchu; angkor wat; abu ghraib; abu simbel; alma mater; hare krishna; hari krishna;
dalai lama; boko haram; sinn fein; fianna fail; fine gael; la scala; la liga; leeds united;
notts county; west ham; sheffield wednesday; bloody sunday; ash wednesday; palm sunday; boxing day;
mardi gras; rosh hashanah; yom kippur; jack frost; old nick; jim crow; molotov cocktail; earl grey
"""
