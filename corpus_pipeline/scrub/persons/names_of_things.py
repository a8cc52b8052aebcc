"""Names of firms, goods, ships, works and places that read as persons', by what they are.

From general knowledge. Persons who are spoken of more often than what is called after them are not
among them, nor are names that many people have.
"""

from typing import Final

#: Names of several words, without marks on letters; parted by semicolons.
SEVERAL: Final = """
hugo boss; tommy hilfiger; calvin klein; ralph lauren; oscar de la renta; carolina herrera;
adolfo dominguez; purificacion garcia; massimo dutti; pedro del hierro; roberto verino;
max mara; miu miu; luisa spagnoli; elisabetta franchi; patrizia pepe; salvatore ferragamo;
ermenegildo zegna; brunello cucinelli; gianfranco ferre; valentino garavani; roberto cavalli;
dolce gabbana; bottega veneta; loro piana; alberta ferretti; ottavio missoni; jil sander;
karl lagerfeld; wolfgang joop; marc cain; gerry weber; tom tailor; jack wolfskin; jack jones;
vera moda; christian louboutin; christian lacroix; jean paul gaultier; thierry mugler; paco rabanne;
nina ricci; yves rocher; yves saint laurent; guy laroche; pierre cardin; agnes b; isabel marant;
zadig voltaire; sonia rykiel; louis vuitton; alexander mcqueen; stella mccartney; vivienne westwood;
paul smith; ted baker; fred perry; ben sherman; karen millen; jack wills; john varvatos;
kenneth cole; donna karan; anne klein; vera bradley; tory burch; kate spade; michael kors; coach new;
steve madden; sam edelman; cole haan; clarks originals; dr martens; doc martens; charles tyrwhitt;
thomas pink; tm lewin; rebecca minkoff; diane von furstenberg; tommy bahama; lilly pulitzer;
brooks brothers; jos a bank; ray ban; patek philippe; vacheron constantin; audemars piguet;
jaeger lecoultre; ulysse nardin; girard perregaux; raymond weil; maurice lacroix; baume mercier;
franck muller; richard mille; roger dubuis; tag heuer; bell ross; frederique constant; daniel roth;
harry winston; van cleef; georg jensen; elie saab; jo malone; hermes birkin; kelly bag;
philip treacy; lulu guinness; mary katrantzou; acqua di parma;
jack daniel; jack daniels; jim beam; johnnie walker; evan williams; elijah craig; george dickel;
william grant; captain morgan; bacardi breezer; jose cuervo; don julio; dom perignon; veuve clicquot;
louis roederer; pol roger; laurent perrier; moet chandon; nicolas feuillatte; piper heidsieck;
charles heidsieck; louis jadot; louis latour; joseph drouhin; georges duboeuf; paul jaboulet;
michel chapoutier; robert mondavi; charles krug; ernest gallo; kendall jackson; emilio moro;
martin codax; marques de riscal; marques de caceres; conde valdemar; pedro ximenez; tio pepe;
osborne veterano; carlos i; remy martin; henri bardouin; arnold palmer; shirley temple; roy rogers;
tom collins; harvey wallbanger; john collins; mary pickford; bloody mary; sally lunn;
victoria sponge; beef wellington; eggs benedict; peach melba; cherry garcia; ben jerry; ben jerrys;
oscar mayer; jimmy dean; orville redenbacher; duncan hines; betty crocker; sara lee; marie callender;
aunt jemima; uncle ben; uncle bens; mrs butterworth; paul newman own; chef boyardee; little debbie;
dolly madison; mary jane; baby ruth; oh henry; mike and ike; reese pieces; earl grey; lady grey;
lady fingers; captain crunch; johnny rockets; papa johns; carl jr; jimmy johns; tim hortons;
krispy kreme; peet coffee; caesar salad; charlotte russe; tarte tatin; crepe suzette;
pizza margherita; john dory; granny smith; cox orange; conference pear; lord lambourne;
king edward; maris piper; charlotte potato; bing cherry; hass avocado; meyer lemon;
sweet william; black eyed susan; creeping jenny; creeping charlie; herb robert; good king henry;
ragged robin; johnny jump up; nelly moser; gertrude jekyll; graham thomas; david austin; pierre de ronsard;
queen anne; jack in the pulpit; bouncing bet; lady slipper; joe pye; st john wort; molly mawk;
edmund fitzgerald; mary rose; marie celeste; mary celeste; amerigo vespucci; vasco da gama;
prinz eugen; graf spee; admiral scheer; graf zeppelin; marion dufresne; queen mary; queen elizabeth ii;
cutty sark; amoco cadiz; exxon valdez; torrey canyon; andrea doria; costa concordia; maria s merian;
carl vinson; abraham lincoln carrier; harry s truman carrier;
rolls royce; aston martin; alfa romeo; austin healey; morris minor; harley davidson;
john deere; massey ferguson; ivor williams; case ih; mercedes benz; mercedes vito; mercedes sprinter;
renault clio; renault megane; nissan juke; ford fiesta; ford focus; ford sierra; ford granada;
seat leon; seat ibiza; skoda octavia; skoda fabia; opel corsa; opel astra; opel adam; fiat tipo;
fiat uno; lancia delta; alfa giulia; alfa giulietta; dacia sandero; toyota corolla; chevrolet malibu;
dodge dart; john cooper works; mini cooper;
les paul; paul reed smith; ernie ball; seymour duncan; fender jaguar; martin guitars;
taylor guitars; collings guitars; fritz dobbert; bechstein concert; steinway sons; di giorgio;
black decker; briggs stratton; smith wesson; lee enfield; martini henry; colt python; big bertha;
smith corona; royal doulton; clarice cliff; richard ginori; villeroy boch; royal copenhagen;
laura ashley; emma bridgewater; cath kidston; orla kiely; johnson johnson; procter gamble;
kimberly clark; colgate palmolive; estee lauder; elizabeth arden; helena rubinstein; max factor;
bobbi brown; mary kay; burt bees; johnson wax; church dwight; head shoulders; vidal sassoon;
toni guy; john frieda; mason pearson; debbie bliss; rowan yarn; king cole; stylecraft special;
bernat blanket; lion brand; barbara ann; raggedy ann; raggedy andy; potato head; thomas the tank;
lincoln logs; milton bradley; parker brothers; fisher price; melissa doug; hello kitty;
tickle me elmo; uncle milton; old maid; schwarzer peter; bibi blocksberg; benjamin blumchen;
hansel gretel; max moritz; pippi langstrumpf; tamagotchi;
erin brockovich; jerry maguire; donnie darko; annie hall; mary poppins; forrest gump; thelma louise;
bonnie clyde; billy elliot; harry potter; james bond; austin powers; donnie brasco; michael clayton;
john wick; jackie brown; billy madison; happy gilmore; harold maude; barry lyndon; dr strangelove;
larry crowne; ned kelly; rob roy; jane eyre; oliver twist; david copperfield; tom jones; emma bovary;
anna karenina; eugene onegin; moll flanders; tristram shandy; silas marner; robinson crusoe;
peter pan; huckleberry finn; tom sawyer; sherlock holmes; hercule poirot; miss marple; father brown;
jonathan creek; jessica fletcher; perry mason; murphy brown; ally mcbeal; grey anatomy; nurse jackie;
ray donovan; jane the virgin; veronica mars; judge judy; ted lasso; bojack horseman; rick morty;
beavis butthead; peppa pig; bob esponja; tom y jerry; mickey maus; donald duck; bugs bunny;
lara croft; super mario; crash bandicoot; max payne; duke nukem; tony hawk pro; madden nfl;
norma rae; bruna surfistinha; eduardo e monica; jeanne dielman; lola montes; jules et jim;
hannah montana; lizzie mcguire; phineas ferb; sofia the first; paw patrol; ned flanders;
peter grimes; albert herring; billy budd; don giovanni; don carlos opera; don pasquale;
lucia di lammermoor; anna bolena; maria stuarda; manon lescaut; madama butterfly; la tosca;
fleetwood mac; jethro tull; judas priest; lynyrd skynyrd; pearl jam; alice in chains;
simon garfunkel; hall oates; peter paul mary; black sabbath; franz ferdinand band; molly hatchet;
uriah heep; steely dan; duran duran; spandau ballet; ned atomic; frankie goes; marcy playground;
sergeant pepper; sgt pepper; ziggy stardust; eleanor rigby; penny lane; billie jean; jumpin jack;
angie stones; layla clapton; hey jude; maggie may; peggy sue; johnny b goode; barbara allen;
ruy lopez; caro kann; giuoco piano; evans gambit; nimzo indian; king gambit; sicilian najdorf;
robert half; michael page; jones day; skadden arps; kirkland ellis; baker mckenzie; allen overy;
linklaters llp; clifford chance; norton rose; herbert smith; hogan lovells; latham watkins;
cushman wakefield; knight frank; jones lang lasalle; arthur j gallagher; edward jones; charles schwab;
raymond james; morgan stanley; merrill lynch; lehman brothers; goldman sachs; bear stearns;
kidder peabody; paine webber; smith barney; dean witter; franklin templeton; t rowe price;
bain capital; julius bar; julius baer; lloyds tsb; wells fargo; fifth third; fannie mae; freddie mac;
ernst young; arthur andersen; grant thornton; bdo seidman; john lewis; marks spencer; house fraser;
harvey nichols; peter jones; john menzies; wh smith; dorothy perkins; debenhams plc; robert dyas;
russell bromley; fortnum mason; rymans ltd; lord taylor; neiman marcus; saks fifth; bergdorf goodman;
barnes noble; dick sporting; trader joe; trader joes; piggly wiggly; fred meyer; harris teeter;
jeronimo martins; el corte ingles; leroy merlin; peek cloppenburg; ernst klett; franz hanser;
luigi lavazza; francesco rinaldi; de cecco; amaro averna; amaro montenegro; ramazzotti amaro;
martini rossi; carlo rossi; magazine luiza; casas pernambucanas; mattos filho; pinheiro neto;
itau bba; gol linhas; ponto frio; natura cosmeticos; ada lovelace gpu; elasticsearch bv;
texas holdem; fabio perini; paddy power; william hill; joe coral; ladbrokes plc; betty boop;
johns hopkins; bryn mawr; carnegie mellon; sarah lawrence; william mary; william and mary;
austin peay; sam houston state; oral roberts university; bob jones university; wake forest;
trinity laban; king alfred; robert gordon university; john moores; anglia ruskin; oxford brookes;
alice springs; port augusta; mount isa; franz josef land; prince edward island; james bay;
baffin bay; king william island; robert louis lake; saint helens; st helens; santa rosa; santa clara;
san bernardino; corpus christi; charlotte amalie; virginia beach; baton rouge; fort lauderdale;
baden baden; addis abeba; addis ababa; nova iguacu; foz do iguacu; juiz de fora; porto alegre;
belo horizonte; ouro preto; joao pessoa; joao monlevade; bento goncalves; presidente prudente;
rodrigues alves; placido de castro; euclides da cunha; teodoro sampaio; barao de cotegipe;
governador valadares; santo andre; san lorenzo; velez sarsfield; newells old boys; colo colo;
gil vicente; nilton santos; mane garrincha; marques de pombal; martim moniz; conde de casal;
gregorio maranon; alonso martinez; ruben dario; diego de leon; nunez de balboa; mendez alvaro;
comodoro rivadavia; presidente peron; general roca; carlos paz; moises ville; victoria falls;
lake louise; mont saint michel; denfert rochereau; jean jaures; louise michel; barbes rochechouart;
king cross; earls court; knights bridge; bethnal green; franz josef strauss; konrad adenauer stiftung;
lucio sestio; giulio agricola; numidio quadrato; re di roma; cola di rienzo; vittorio veneto;
james webb; hubble space; cassini huygens; vera rubin observatory; levi civita; barnard star;
stevens johnson; guillain barre; creutzfeldt jakob; epstein barr; wolff parkinson; charcot marie;
ehlers danlos; henoch schonlein; osler weber; prader willi; brown sequard; kaplan meier;
mann whitney; kruskal wallis; shapiro wilk; kolmogorov smirnov; mcnemar test; cox regression;
navier stokes; michelson morley; stern gerlach; geiger muller; bose einstein; fermi dirac;
diels alder; friedel crafts; haber bosch; fischer tropsch; ziegler natta; wheatstone bridge;
taft hartley; davis bacon; landrum griffin; glass steagall; dodd frank; gramm leach; smith mundt;
voting rights; ruth bader court; miranda warning; anton piller; norwich pharmacal;
arya samaj; brahmo samaj; hare rama; guru granth; hajj umrah; durga puja; ganesh chaturthi;
lau pa sat; tian tian; din tai fung; jollibee foods; big bertha; jersey lily; amber alert; ada compliance;
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
