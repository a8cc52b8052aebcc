"""What persons are: offices, trades, kin, in the languages of `languages.npz`, before a name.

Each is a role where it has a capital and, in small letters, a word that announces a name. Words
that are usual surnames (Richter, Koch, Conte) are left out.
"""

from typing import Final

#: In small letters; marks on letters do not count.
OFFICES: Final = """
referee umpire headteacher headmaster headmistress deacon rector sheriff constable
trooper paramedic midwife landlord landlady defendant plaintiff complainant suspect superintendent
commissioner councillor councilman councilwoman alderman curator librarian organist trustee
treasurer
chairperson convener registrar surgeon dentist therapist consultant solicitor barrister prosecutor
magistrate coroner bailiff cashier waiter waitress housekeeper seaman midshipman emir sultan rani
raja
winger stepfather stepmother stepson stepdaughter godfather godmother
bürgermeister bürgermeisterin oberbürgermeister oberbürgermeisterin landrat landrätin
ministerpräsident ministerpräsidentin bundeskanzler bundeskanzlerin bundespräsident abgeordnete
abgeordneter staatsanwalt staatsanwältin rechtsanwalt rechtsanwältin anwalt anwältin notar notarin
richterin kommissar kommissarin hauptkommissar hauptkommissarin polizist polizistin brandmeister
trainer trainerin torwart torhüter stürmer stürmerin verteidiger schiedsrichter schiedsrichterin
arzt
ärztin oberarzt oberärztin chefarzt chefärztin assistenzarzt assistenzärztin hausarzt hausärztin
professorin lehrer lehrerin schulleiter schulleiterin leiter leiterin geschäftsführer
geschäftsführerin vorsitzende vorsitzender sprecherin pressesprecher pressesprecherin autor autorin
journalistin schauspieler schauspielerin sänger sängerin regisseur regisseurin schriftsteller
schriftstellerin dichter dichterin komponist komponistin architekt architektin ingenieur
ingenieurin mitarbeiter mitarbeiterin sachbearbeiter sachbearbeiterin kollege kollegin patientin
zeuge zeugin angeklagte angeklagter kläger klägerin beklagte beklagter mandant mandantin mieter
mieterin vermieter vermieterin eigentümer eigentümerin verwalter verwalterin hausmeister nachbar
nachbarin opa oma cousin cousine neffe nichte enkel enkelin schwager schwägerin pfarrer pfarrerin
pastorin bischof herzog fürst freiherr gräfin eheleute ehepaar familie witwe
maire député députée sénateur sénatrice préfet préfète procureur procureure avocat avocate juge
commissaire inspecteur inspectrice capitaine commandant entraîneur entraîneuse arbitre gardien
attaquant défenseur docteur médecin infirmier infirmière professeur professeure directeur directrice
gérant gérante secrétaire auteure autrice journaliste acteur actrice comédien comédienne
chanteur chanteuse réalisateur réalisatrice écrivain écrivaine romancier romancière poète peintre
compositeur compositrice architecte ingénieur ingénieure collègue témoin accusé accusée locataire
propriétaire voisin voisine oncle cousine neveu nièce papi mamie abbé évêque roi
comte comtesse époux épouse veuve veuf famille
alcalde alcaldesa ministra presidenta diputado diputada senador senadora gobernador gobernadora
concejal concejala consejero consejera juez jueza abogado abogada comisario comisaria
inspector inspectora capitán coronel sargento entrenador entrenadora árbitro portero
delantero médico médica doctora enfermero enfermera profesor profesora gerente secretario secretaria
periodista cantante escritor escritora pintor pintora compositor arquitecto arquitecta ingeniero
ingeniera licenciado licenciada compañero compañera testigo acusado acusada inquilino inquilina
propietario propietaria vecino vecina sobrino sobrina abuelo abuela nieto nieta suegro suegra
cuñado cuñada fray sor obispo príncipe princesa duque duquesa condesa marquesa viuda viudo
señorita familia
prefeito prefeita deputado deputada governador governadora vereador vereadora delegado delegada
promotor promotora procurador procuradora juiz juíza advogado advogada inspetor inspetora capitão
soldado tenente treinador treinadora goleiro atacante zagueiro enfermeiro enfermeira professora
diretor diretora secretário secretária jornalista ator atriz cantora engenheiro engenheira colega
testemunha réu vizinho vizinha sobrinha avô avó neta sogro sogra cunhado cunhada bispo cardeal
rainha condessa viúvo viúva orientador orientadora
sindaco sindaca ministro deputato deputata onorevole senatore senatrice assessore assessora
procuratore giudice avvocato avvocata commissario ispettore ispettrice maresciallo comandante
colonnello allenatore allenatrice arbitro portiere attaccante difensore medico dottore dottoressa
infermiere infermiera professore professoressa maestro maestra direttore direttrice segretario
segretaria autore giornalista attore attrice scrittore scrittrice pittore pittrice architetto
ingegnere geometra ragioniere paziente testimone imputato imputata inquilino inquilina
proprietario proprietaria vicino vicina zio zia cugino cugina nipote nonno nonna suocero suocera
cognato cognata suor frate vescovo cardinale principe principessa duca duchessa contessa vedova
vedovo famiglia signori
burgemeester wethouder kamerlid staatssecretaris officier rechter advocaat advocate
commissaris rechercheur kapitein kolonel scheidsrechter doelman verdediger huisarts dokter
verpleegkundige leraar lerares docent hoogleraar directeur secretaris voorzitter woordvoerder
woordvoerster schrijver schrijfster zanger zangeres schilder architect collega patiënt getuige
verdachte slachtoffer huurder buurman buurvrouw oom schoonzus dominee pastoor pater kardinaal
koningin weduwe weduwnaar
burmistrz prezydent poseł posłanka wojewoda starosta wójt sołtys radny radna prokurator prokuratora
sędzia sędziego adwokat adwokata mecenas mecenasa komisarz inspektor kapitan pułkownik sierżant
trener trenera bramkarz napastnik obrońca lekarz lekarza lekarka doktor doktora pielęgniarka
nauczyciel nauczycielka dyrektor dyrektora dyrektorka kierownik kierownika kierowniczka sekretarz
prezes prezesa rzecznik rzeczniczka autorka dziennikarz dziennikarka aktorka piosenkarz piosenkarka
reżyser reżyserka pisarz pisarka malarz malarka kompozytor architekt inżynier kolega koleżanka
pacjentka świadek świadka oskarżony oskarżona najemca właściciel właścicielka sąsiad sąsiadka wujek
ciocia ciotka kuzyn kuzynka bratanek siostrzeniec babcia babci dziadek dziadka wnuk wnuczka teść
teściowa szwagier ksiądz księdza biskup kardynał papież królowa księżna hrabia wdowa wdowiec
sołtysa
мэр губернатор депутат депутата сенатор премьер прокурор прокурора следователь следователя
судья судьи адвокат адвоката нотариус участковый лейтенант лейтенанта капитана майор майора
полковник подполковник сержант тренер тренера арбитр вратарь нападающий защитник полузащитник врач
врача доктора медсестра терапевт хирург профессора доцент академик учитель учителя учительница
преподаватель директора руководитель начальник начальника заведующий заведующая секретарь бухгалтер
менеджер председатель председателя представитель автор журналист журналистка актер актера актриса
певец певица режиссер режиссера писатель писателя писательница поэт поэта художник художника
композитор архитектор инженер инженера коллега пациента пациентка свидетель свидетеля подсудимый
обвиняемый обвиняемого потерпевший потерпевшая наниматель арендатор житель жителя
жительница сосед соседа соседка дяди дед дедушка бабушка внук внука внучка племянник племянница
невестка зять свекровь теща тесть шурин батюшка епископ митрополит патриарх королева царица
император императрица княгиня граф графиня барон вдова вдовец семья супруги товарищ гражданин
гражданка гражданина фермер фермера водитель водителя водителю
"""
