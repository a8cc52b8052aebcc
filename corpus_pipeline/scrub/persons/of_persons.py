"""Small words that speak of persons: pronouns, kin, trades, what persons do and say.

A text of any kind that tells of somebody has one of them soon. None is a usual word of another
meaning in one of the other languages; marks on letters do not count, so that él would be el.
"""

from typing import Final

OF_PERSONS: Final = """
actores actrices intérpretes autores autoras attori attrici autori atores atrizes
acteurs auteurs
residing
he she him her hers himself herself who whom whose said says asked replied answered whispered
shouted laughed smiled shrugged sighed wrote writes married widow widowed aged husband wife wives
daughter daughters mother mothers father fathers brother sister uncle aunt auntie aunty cousin
nephew niece grandmother grandfather grandma grandpa granny grandson granddaughter mum mom dad
mommy daddy stepmother stepfather fiancé fiancée husband's wife's mother's father's girlfriend
boyfriend friend friends colleague colleagues roommate neighbour neighbor sir madam gentleman lady
woman women girl boy guy dear regards sincerely condolences survived mourns obituary sons siblings
ella ellos ellas quien quienes dijo preguntó respondió contestó murió falleció nació hija hijas
hijo hijos madre padre padres hermano hermana hermanos marido esposa esposo viuda viudo abuelo
abuela nieto nieta tía suegra sobrina sobrino novio novia vecino vecina amigo amiga amigos señora
señor mamá papá muchacha chica hombre mujer saludos ele ela eles elas dele dela quem disse
respondeu perguntou morreu faleceu nasceu filha filho filhos mãe pai irmão irmã avô avó neto neta
sobrinha namorado namorada vizinho vizinha senhora senhor moça rapaz abraços lui rispose chiese
nacque figlia figlio figli fratello sorella moglie marito nonno nonna zio zia nipote fidanzato
fidanzata amico amica signora signor ragazza ragazzo uomo donna saluti elle elles naquit mourut
répondit demanda fille fils mère père frère sœur épouse tante oncle nièce neveu voisine voisin amie
monsieur madame cordialement veuve veuf ihm ihn sagte fragte geboren gestorben sohn tochter zei
haar zijn hij zij dochter zoon moeder vader broer vrouw jego jej ona powiedział powiedziała córka
żona mąż siostra он она его её ей ему ним ней сказал сказала спросил спросила ответил ответила
родился родилась умер умерла мать отец брат сестра сын дочь жена муж бабушка дедушка дядя тётя друг
подруга внук внучка speaker speakers keynote attendees assistant founder founders kid kids inventor
inventors presenter presenters panelist panelists moderator participants engineer engineers
scientist scientists historian historians author's artist artists composer composers poet poets
writer writers actor actors actress researcher researchers photographer photographers photographed
journalist journalists professor professors graduate alumni alum alumna alumnus citizen citizens
resident residents president senator governor minister mayor chairman chairwoman lawyer lawyers
attorney nurse doctor teacher teachers teammate teammates singer singers drummer guitarist bassist
footballer astronaut activist activists politician politicians examiner candidate trainer
apprentice concertmaster players runner runners soloist understudy understudies hanged emigrated
resigned elected supervised chaired seconded dissertation thesis wake maid jury widow's
congregation parishioners schoolmates classmates hommes décès candidata candidato candidati eletti
eletto voti mestre réus thanked apologised apologized divorced graduated retired fired promoted
arrested convicted sentenced testified interviewed baptised baptized christened mourned born
resides employed enrolled appointed someone nobody somebody accountant babysitter barber bride
bridegroom groom bridesmaids caretaker carer client clients counsellor counselor deputy diplomat
doctors economist electrician farmer firefighter fisherman foreman heir heirs instructor intern
interpreter janitor jurors landlord lodger lover managers mechanic mentor miner musician musicians
nanny neighbours neighbors novelist nurses officers orphan parents passenger passengers patients
pensioner physician pilgrim plumber policeman policewoman priest prisoner psychologist pupil pupils
receptionist recruit refugee relatives reporter reviewer sailor sailors salesman scholar seamstress
secretary servants settler soldier soldiers spouse students supervisor surgeon teenager tenants
therapist translator tutor twins undersigned veteran victim victims volunteers waitress warden
widower witnesses dob surname forename nickname née alias signed deceased lehrling magd kinder
vater bäuerin wirt männer männern offizier offiziere kommandant gouverneur truppen hombres uomini
homens soldats soldados soldati suo sua suoi seu seus suas sus lhe lhes ihre ihrer ihren seine
seiner seinem seinen свой своей свои своих io mio mia miei mie eu meu minha meus minhas
você vocês yo mis mi conmigo ich mein meine meiner wir uns unser unsere je moi mon nous
notre nos я мы мой моя мои меня мне нас нам наш наша ayudante alumnos alumnas jugador jugadores
jugadora vecinos vecinas trabajador obrero campesino pescador maestro maestra poeta novelista
cineasta actriz bailarina músico músicos cantautor torero ciclista futbolista capitana presidió
nombró confesó explicó aclaró contó llegó llamó cantaba decía tocaba vivía quería sabía pidió
encontró aprendió enseñó explica afirma asegura señala añade recuerda responde pregunta
sonríe murmura alunos alunas jogador jogadora jogadores aluno aluna vizinhos operário mestra
romancista cantora padeiro costureira motorista confessou explicou contou chegou chamou cantava
dizia tocava vivia queria sabia pediu encontrou aprendeu ensinou garante lembra pergunta
sorri casou casaram deixa alunno alunni alunna giocatore giocatori operaio contadino pescatore
romanziere regista cantante musicista ballerina calciatore confessò spiegò raccontò arrivò chiamò
diceva suonava viveva voleva sapeva trovò imparò insegnò racconta spiega afferma assicura ricorda
risponde chiede sorride mormora ottantenne sposò lascia socio soci élève élèves joueur joueuse
ouvrier ouvrière paysan pêcheur maîtresse poète romancière cinéaste danseur danseuse musicien
musicienne cycliste avoua expliqua raconta arriva appela chantait disait jouait vivait voulait
savait demande explique raconte affirme assure rappelle répond sourit murmure habitant
habitants témoins schüler schülerin spieler spielerin arbeiter fischer dichter regisseur
tänzer musiker radfahrer gestand erklärte erzählte sang spielte wohnte wollte wusste
lernte lehrte erzählt erklärt meint fragt lacht lächelt heiratete jahre сказали говорит
говорила рассказал рассказала объяснил объяснила пришёл пришла позвонил позвонила жил жила знал
знала хотел хотела пел пела играл играла нашёл нашла учил учила лет ученик ученица рабочий
крестьянин рыбак поэтесса режиссёр музыкант
"""

#: Those that are no part of a thing's name, with a capital as well.
ALWAYS_OF_PERSONS: Final = """
he she his her mum mom ella ceo ceos presenters panelists moderators name reporter assignee tenant
landlord lessee lessor plaintiff defendant claimant applicant employer patient witness
"""
