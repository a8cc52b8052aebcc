"""Names of firms, goods, ships, works and places that read as persons', by what they are.

From general knowledge. Persons who are spoken of more often than what is called after them are not
among them, nor are names that many people have.
"""

from typing import Final

#: Names of several words, without marks on letters; parted by semicolons.
SEVERAL: Final = """
hugo boss; tommy hilfiger; calvin klein; ralph lauren; oscar de la renta; carolina herrera;
adolfo dominguez; purificacion garcia; massimo dutti; pedro del hierro; roberto verino; max mara;
miu miu; luisa spagnoli; elisabetta franchi; salvatore ferragamo; ermenegildo zegna;
brunello cucinelli; gianfranco ferre; valentino garavani; roberto cavalli; dolce gabbana;
bottega veneta; loro piana; alberta ferretti; ottavio missoni; jil sander; wolfgang joop;
tom tailor; jack wolfskin; vera moda; christian louboutin; christian lacroix; jean paul gaultier;
thierry mugler; paco rabanne; yves rocher; yves saint laurent; guy laroche; pierre cardin;
zadig voltaire; sonia rykiel; louis vuitton; ted baker; jack wills; john varvatos; anne klein;
vera bradley; tory burch; steve madden; cole haan; dr martens; doc martens; charles tyrwhitt;
tm lewin; rebecca minkoff; diane von furstenberg; tommy bahama; lilly pulitzer; brooks brothers;
jos a bank; ray ban; patek philippe; vacheron constantin; audemars piguet; jaeger lecoultre;
ulysse nardin; girard perregaux; raymond weil; maurice lacroix; baume mercier; franck muller;
richard mille; roger dubuis; tag heuer; bell ross; frederique constant; harry winston; van cleef;
georg jensen; hermes birkin; kelly bag; philip treacy; lulu guinness; mary katrantzou;
acqua di parma; jack daniel; jack daniels; jim beam; johnnie walker; evan williams; elijah craig;
george dickel; captain morgan; bacardi breezer; jose cuervo; dom perignon; veuve clicquot;
louis roederer; pol roger; laurent perrier; moet chandon; nicolas feuillatte; piper heidsieck;
charles heidsieck; louis jadot; louis latour; joseph drouhin; georges duboeuf; paul jaboulet;
michel chapoutier; robert mondavi; charles krug; kendall jackson; emilio moro; martin codax;
marques de riscal; marques de caceres; conde valdemar; pedro ximenez; tio pepe; osborne veterano;
remy martin; henri bardouin; arnold palmer; shirley temple; roy rogers; tom collins;
harvey wallbanger; bloody mary; sally lunn; victoria sponge; beef wellington; eggs benedict;
peach melba; cherry garcia; ben jerry; ben jerrys; oscar mayer; orville redenbacher; duncan hines;
betty crocker; sara lee; marie callender; aunt jemima; uncle ben; uncle bens; mrs butterworth;
chef boyardee; little debbie; dolly madison; baby ruth; oh henry; mike and ike; reese pieces;
earl grey; lady grey; lady fingers; captain crunch; johnny rockets; papa johns; carl jr;
jimmy johns; tim hortons; krispy kreme; peet coffee; caesar salad; charlotte russe; tarte tatin;
crepe suzette; pizza margherita; john dory; granny smith; cox orange; conference pear;
lord lambourne; maris piper; charlotte potato; bing cherry; hass avocado; meyer lemon;
sweet william; black eyed susan; creeping jenny; creeping charlie; herb robert; good king henry;
ragged robin; johnny jump up; nelly moser; gertrude jekyll; pierre de ronsard; queen anne;
jack in the pulpit; bouncing bet; lady slipper; joe pye; st john wort; molly mawk;
edmund fitzgerald; marie celeste; mary celeste; amerigo vespucci; vasco da gama; prinz eugen;
graf spee; admiral scheer; graf zeppelin; marion dufresne; queen mary; queen elizabeth ii;
cutty sark; amoco cadiz; exxon valdez; torrey canyon; andrea doria; costa concordia; maria s merian;
rolls royce; aston martin; alfa romeo; austin healey; morris minor; harley davidson; john deere;
massey ferguson; ivor williams; mercedes benz; mercedes vito; mercedes sprinter; renault clio;
renault megane; nissan juke; ford fiesta; ford focus; ford sierra; ford granada; seat leon;
seat ibiza; skoda octavia; skoda fabia; opel corsa; opel astra; opel adam; fiat tipo; fiat uno;
lancia delta; alfa giulia; alfa giulietta; dacia sandero; toyota corolla; chevrolet malibu;
dodge dart; john cooper works; mini cooper; les paul; paul reed smith; ernie ball; seymour duncan;
fender jaguar; martin guitars; taylor guitars; collings guitars; fritz dobbert; bechstein concert;
steinway sons; di giorgio; black decker; briggs stratton; smith wesson; lee enfield; martini henry;
colt python; big bertha; smith corona; royal doulton; clarice cliff; richard ginori; villeroy boch;
royal copenhagen; laura ashley; emma bridgewater; cath kidston; orla kiely; johnson johnson;
procter gamble; kimberly clark; colgate palmolive; estee lauder; elizabeth arden; helena rubinstein;
max factor; bobbi brown; mary kay; burt bees; johnson wax; church dwight; head shoulders;
vidal sassoon; toni guy; debbie bliss; rowan yarn; stylecraft special; bernat blanket; lion brand;
raggedy ann; raggedy andy; potato head; thomas the tank; lincoln logs; milton bradley;
parker brothers; fisher price; hello kitty; tickle me elmo; schwarzer peter; bibi blocksberg;
benjamin blumchen; hansel gretel; max moritz; pippi langstrumpf; tamagotchi; erin brockovich;
jerry maguire; donnie darko; annie hall; mary poppins; forrest gump; thelma louise; bonnie clyde;
billy elliot; harry potter; james bond; austin powers; donnie brasco; happy gilmore; harold maude;
barry lyndon; dr strangelove; rob roy; jane eyre; oliver twist; david copperfield; emma bovary;
anna karenina; eugene onegin; moll flanders; tristram shandy; silas marner; robinson crusoe;
peter pan; huckleberry finn; tom sawyer; sherlock holmes; hercule poirot; miss marple; father brown;
jonathan creek; jessica fletcher; murphy brown; ally mcbeal; grey anatomy; veronica mars; ted lasso;
bojack horseman; rick morty; beavis butthead; peppa pig; bob esponja; tom y jerry; mickey maus;
donald duck; bugs bunny; lara croft; super mario; crash bandicoot; duke nukem; madden nfl;
norma rae; bruna surfistinha; eduardo e monica; jeanne dielman; lola montes; jules et jim;
hannah montana; lizzie mcguire; phineas ferb; sofia the first; paw patrol; ned flanders;
peter grimes; albert herring; billy budd; don giovanni; don carlos opera; don pasquale;
lucia di lammermoor; manon lescaut; madama butterfly; la tosca; fleetwood mac; jethro tull;
judas priest; lynyrd skynyrd; pearl jam; simon garfunkel; hall oates; peter paul mary;
black sabbath; franz ferdinand band; molly hatchet; uriah heep; steely dan; duran duran;
spandau ballet; ned atomic; frankie goes; marcy playground; sergeant pepper; sgt pepper;
ziggy stardust; eleanor rigby; penny lane; billie jean; hey jude; maggie may; peggy sue;
johnny b goode; ruy lopez; caro kann; giuoco piano; evans gambit; nimzo indian; king gambit;
sicilian najdorf; jones day; skadden arps; kirkland ellis; baker mckenzie; allen overy;
linklaters llp; clifford chance; norton rose; hogan lovells; latham watkins; cushman wakefield;
knight frank; jones lang lasalle; arthur j gallagher; edward jones; charles schwab; raymond james;
morgan stanley; merrill lynch; lehman brothers; goldman sachs; bear stearns; kidder peabody;
paine webber; smith barney; dean witter; franklin templeton; t rowe price; bain capital; julius bar;
julius baer; lloyds tsb; wells fargo; fifth third; fannie mae; freddie mac; ernst young;
arthur andersen; grant thornton; bdo seidman; marks spencer; house fraser; harvey nichols; wh smith;
dorothy perkins; debenhams plc; russell bromley; fortnum mason; rymans ltd; lord taylor;
neiman marcus; saks fifth; bergdorf goodman; barnes noble; trader joe; trader joes; piggly wiggly;
harris teeter; jeronimo martins; el corte ingles; leroy merlin; peek cloppenburg; ernst klett;
franz hanser; luigi lavazza; francesco rinaldi; de cecco; amaro averna; amaro montenegro;
ramazzotti amaro; martini rossi; carlo rossi; magazine luiza; casas pernambucanas; mattos filho;
pinheiro neto; itau bba; gol linhas; ponto frio; natura cosmeticos; texas holdem; fabio perini;
paddy power; ladbrokes plc; betty boop; johns hopkins; bryn mawr; carnegie mellon; william mary;
william and mary; austin peay; sam houston state; oral roberts university; bob jones university;
wake forest; trinity laban; robert gordon university; john moores; anglia ruskin; oxford brookes;
alice springs; port augusta; mount isa; franz josef land; prince edward island; james bay;
baffin bay; king william island; robert louis lake; saint helens; st helens; santa rosa;
san bernardino; corpus christi; charlotte amalie; virginia beach; baton rouge; fort lauderdale;
baden baden; addis abeba; addis ababa; nova iguacu; foz do iguacu; juiz de fora; porto alegre;
belo horizonte; ouro preto; joao pessoa; joao monlevade; bento goncalves; presidente prudente;
placido de castro; euclides da cunha; teodoro sampaio; barao de cotegipe; governador valadares;
santo andre; san lorenzo; velez sarsfield; newells old boys; colo colo; gil vicente; mane garrincha;
marques de pombal; martim moniz; conde de casal; nunez de balboa; mendez alvaro; comodoro rivadavia;
presidente peron; victoria falls; lake louise; mont saint michel; denfert rochereau; jean jaures;
barbes rochechouart; king cross; earls court; knights bridge; bethnal green; franz josef strauss;
konrad adenauer stiftung; lucio sestio; giulio agricola; numidio quadrato; re di roma;
cola di rienzo; vittorio veneto; james webb; hubble space; cassini huygens; vera rubin observatory;
levi civita; barnard star; stevens johnson; guillain barre; creutzfeldt jakob; epstein barr;
wolff parkinson; charcot marie; ehlers danlos; henoch schonlein; osler weber; prader willi;
brown sequard; kaplan meier; mann whitney; kruskal wallis; shapiro wilk; kolmogorov smirnov;
mcnemar test; cox regression; navier stokes; michelson morley; stern gerlach; geiger muller;
bose einstein; fermi dirac; diels alder; friedel crafts; haber bosch; fischer tropsch;
ziegler natta; wheatstone bridge; taft hartley; davis bacon; landrum griffin; glass steagall;
dodd frank; gramm leach; smith mundt; voting rights; miranda warning; anton piller;
norwich pharmacal; arya samaj; brahmo samaj; hare rama; guru granth; durga puja; ganesh chaturthi;
lau pa sat; tian tian; din tai fung; jollibee foods; jersey lily; amber alert; ada compliance;
moby vincent; silja serenade; viking mariella; mein schiff; le bon marche; galeries lafayette
"""

#: Words that are names of firms and goods, and given names or surnames beside.
BRANDS: Final = """
dyson hoover philips braun miele krups melitta rowenta moulinex brita tefal kenwood morphy
loosen clicquot faiveley ruinart taittinger bollinger krug mumm hennessy martell courvoisier ricard
averna campari carpano cocchi martini cinzano braulio ramazzotti larios tanqueray
beefeater smirnoff stolichnaya absolut carlsberg tuborg warsteiner erdinger paulaner jever
hermes loewe lacoste burberry lanvin givenchy balenciaga longines tissot rolex breitling
levis wrangler benetton aigner bree bogner peet peets smucker smuckers folgers
 colmans heinz knorr maggi hellmanns galbani barilla rummo ferrero lindt
milka haribo lego playmobil steiff marklin ravensburger schleich mattel hasbro meccano
bosch stihl husqvarna makita kubota fendt claas kaercher
fender gretsch rickenbacker yamaha korg moog
norton mcafee kaspersky oracle wendys albertsons aldi lidl edeka rewe
garmin fitbit peloton cannondale brembo bilstein castrol
roomba sonicare gillette schick wilkinson nivea garnier loreal vichy pampers
bren sten garand remington beretta luger mauser glock
siri alexa cortana bixby ada pascal haskell jenkins
lopi noro malabrigo kitchener
"""
