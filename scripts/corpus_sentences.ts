/** What the texts of one language are made of: any opening and any clause after it make a sentence. */
export interface Sentences {
  /** Phrases that begin a sentence, with a capital where the script has them. */
  readonly openings: readonly string[];
  /** The rest of a sentence, without its full stop. */
  readonly clauses: readonly string[];
  /** Written between an opening and a clause. */
  readonly joint: string;
  /** Ends a sentence. */
  readonly stop: string;
  /** Written between two sentences. */
  readonly gap: string;
}

function sentences(openings: string, clauses: string, marks: Partial<Sentences> = {}): Sentences {
  const list = (text: string) => text.trim().split("\n").map((line) => line.trim());
  return { joint: " ", stop: ".", gap: " ", ...marks, openings: list(openings), clauses: list(clauses) };
}

export const english: Sentences = sentences(
  `
  In the morning
  Late in the evening
  On the first day of spring
  Near the old harbour
  After a long winter
  When the bells ring
  In a village by the river
  Every Sunday
  Behind the railway station
  Long before Peter woke up
  Between London and York
  As soon as the rain stops
  `,
  `
  the baker opens her shop and puts warm bread in the window
  two fishermen mend their nets and speak of the weather
  Anna writes a letter to her brother in Canada
  the children count the boats that come home
  a brown dog waits for the bus from Oxford
  the teacher reads aloud from a book about the Moon
  we walk up the hill and look down on the roofs
  the postman brings a parcel that nobody has ordered
  Mr Green paints his fence, although it is still wet
  the train to Dublin leaves without its last passenger
  the library smells of paper, dust and apples
  nobody knows who has moved the clock on the tower
  a small crowd listens to the band of the fire brigade
  the gardener plants beans, peas and one pumpkin
  my grandmother tells me how she learned to swim
  the market is full of cheese, honey and gossip
  the ferry carries four cars and a piano
  an engineer from NASA explains the stars to her cats
  the mill turns slowly and grinds the corn of the valley
  Tom finds a key that fits no door in the house
  the judge forgets his glasses and laughs about it
  the snow on the Alps turns red, then grey, then blue
  three sisters play chess under the chestnut tree
  the radio plays a song that everybody pretends to hate
  the carpenter measures twice and still cuts it too short
  somebody has left a bicycle against the church wall
  `,
);

export const german: Sentences = sentences(
  `
  Am frühen Morgen
  Spät am Abend
  Am Ende der Straße
  Nach dem langen Winter
  In einem Dorf an der Elbe
  Jeden Sonntag
  Hinter dem Bahnhof
  Zwischen Köln und Münster
  Kurz vor Ostern
  Über den Dächern
  Auf der größten Wiese
  Während es regnet
  `,
  `
  öffnet die Bäckerin ihren Laden und stellt Brötchen ins Fenster
  flicken zwei Fischer ihre Netze und reden über das Wetter
  schreibt Änne einen Brief an ihren Bruder in Österreich
  zählen die Kinder die Boote, die nach Hause kommen
  wartet ein müder Hund auf den Bus aus Göttingen
  liest der Lehrer aus einem Buch über den Mond vor
  steigen wir auf den Hügel und grüßen die Schäfer
  bringt der Briefträger ein Päckchen, das niemand bestellt hat
  streicht Herr Weiß seinen Zaun, obwohl er noch nass vom Regen ist
  fährt der Zug nach Zürich ohne seinen letzten Gast ab
  riecht die Bücherei nach Papier, Staub und Äpfeln
  weiß niemand, wer die Uhr am Turm verstellt hat
  hört eine kleine Menge der Kapelle der Feuerwehr zu
  pflanzt der Gärtner Bohnen, Erbsen und einen Kürbis
  erzählt meine Großmutter, wie sie schwimmen lernte
  ist der Markt voll von Käse, Honig und Gerüchten
  trägt die Fähre vier Autos und ein Klavier hinüber
  erklärt eine Ingenieurin ihren Katzen die Sterne
  dreht sich die Mühle langsam und mahlt das Korn des Tales
  findet Jürgen einen Schlüssel, der in keine Tür passt
  vergisst der Richter seine Brille und lacht darüber
  färbt sich der Schnee rot, dann grau, dann blau
  spielen drei Schwestern Schach unter der Kastanie
  spielt das Radio ein Lied, das angeblich keiner mag
  misst der Tischler zweimal und sägt doch zu kurz
  lehnt ein fremdes Fahrrad an der Kirchenmauer
  `,
);

export const czech: Sentences = sentences(
  `
  Časně ráno
  Pozdě večer
  Na konci ulice
  Po dlouhé zimě
  Ve vesnici u Vltavy
  Každou neděli
  Za nádražím
  Mezi Prahou a Plzní
  Těsně před Velikonocemi
  Štěpán vypráví, že
  Žofie říká, že
  Když prší
  `,
  `
  pekařka otevírá obchod a dává do výlohy teplý chléb
  dva rybáři spravují sítě a mluví o počasí
  Šárka píše dopis svému bratrovi do Řecka
  děti počítají lodě, které se vracejí domů
  unavený pes čeká na autobus z Třebíče
  učitel čte nahlas z knihy o Měsíci
  jdeme na kopec a díváme se dolů na střechy
  listonoš nese balík, který si nikdo neobjednal
  pan Černý natírá plot, ačkoli je ještě mokrý
  vlak do Žiliny odjíždí bez posledního cestujícího
  knihovna voní papírem, prachem a jablky
  nikdo neví, kdo posunul hodiny na věži
  malý dav poslouchá kapelu místních hasičů
  zahradník sází fazole, hrášek a jednu dýni
  babička mi vypráví, jak se učila plavat
  trh je plný sýra, medu a řečí
  přívoz veze čtyři auta a klavír
  inženýrka vysvětluje svým kočkám hvězdy
  mlýn se pomalu točí a mele obilí z celého údolí
  Jiří našel klíč, který nepasuje do žádných dveří
  soudce zapomněl brýle a směje se tomu
  sníh na Šumavě zčervená, pak zešedne a zmodrá
  tři sestry hrají šachy pod kaštanem
  rádio hraje píseň, kterou prý nikdo nemá rád
  truhlář dvakrát měří a stejně řízne příliš krátce
  někdo opřel kolo o zeď kostela
  `,
);

export const french: Sentences = sentences(
  `
  Tôt le matin
  Tard le soir
  Au bout de la rue
  Après un long hiver
  Dans un village près de l'Isère
  Chaque dimanche
  Derrière la gare
  Entre Orléans et Nîmes
  Peu avant Noël
  À l'ombre du château
  Dès que la pluie cesse
  Là où finit la forêt
  `,
  `
  la boulangère ouvre sa porte et met du pain chaud à la fenêtre
  deux pêcheurs réparent leurs filets et parlent du temps
  Éloïse écrit une lettre à son frère au Québec
  les élèves comptent les bateaux qui rentrent
  un chien fatigué attend l'autobus de Besançon
  le maître lit à voix haute un livre sur la Lune
  nous montons la colline et regardons les toits
  le facteur apporte un colis que personne n'a commandé
  monsieur Lefèvre peint sa clôture, bien qu'elle soit mouillée
  le train de Genève part sans son dernier voyageur
  la bibliothèque sent le papier, la poussière et les pommes
  nul ne sait qui a déplacé l'horloge de la tour
  une petite foule écoute la fanfare des pompiers
  le jardinier sème des haricots, des pois et une citrouille
  ma grand-mère raconte comment elle apprit à nager
  le marché est plein de fromages, de miel et de rumeurs
  le bac emporte quatre voitures et un piano
  une ingénieure explique les étoiles à ses chats
  le moulin tourne doucement et moud le blé de la vallée
  François trouve une clé qui n'ouvre aucune porte
  le juge oublie ses lunettes et en rit de bon cœur
  la neige devient rose, puis grise, puis bleue
  trois sœurs jouent aux échecs sous le châtaignier
  la radio passe une chanson que tous disent haïr
  le menuisier mesure deux fois et coupe trop court
  quelqu'un a laissé un vélo contre le mur de l'église
  `,
);

export const vietnamese: Sentences = sentences(
  `
  Sáng sớm
  Tối muộn
  Ở cuối con đường
  Sau mùa đông dài
  Trong ngôi làng bên sông Hồng
  Mỗi chủ nhật
  Phía sau nhà ga
  Giữa Hà Nội và Hải Phòng
  Trước Tết ít ngày
  Dưới bóng cây đa
  Khi mưa vừa tạnh
  Ở Đà Nẵng
  `,
  `
  người thợ bánh mở cửa hàng và bày bánh mì nóng
  hai ngư dân vá lưới và nói chuyện thời tiết
  chị Ánh viết thư cho em trai ở Đức
  lũ trẻ đếm những chiếc thuyền trở về
  một con chó mệt mỏi đợi xe buýt từ Huế
  thầy giáo đọc to một cuốn sách về Mặt Trăng
  chúng tôi lên đồi và nhìn xuống những mái nhà
  người đưa thư mang đến một gói hàng không ai đặt
  ông Đỗ sơn hàng rào dù trời còn ướt
  chuyến tàu đi Vinh rời ga mà thiếu hành khách cuối cùng
  thư viện thơm mùi giấy, bụi và táo
  không ai biết ai đã vặn chiếc đồng hồ trên tháp
  một nhóm người nghe đội kèn biểu diễn
  người làm vườn trồng đậu, rau muống và một quả bí
  bà tôi kể chuyện ngày xưa bà học bơi
  chợ đầy cá tươi, mật ong và những lời đồn
  chiếc phà chở bốn ô tô và một cây đàn
  một nữ kỹ sư giảng về các vì sao cho lũ mèo
  cối xay quay chậm và xay lúa của cả thung lũng
  Dũng tìm thấy chiếc chìa khóa không vừa cửa nào
  vị thẩm phán quên kính và bật cười
  mây trên núi đổi sang đỏ, xám rồi xanh
  ba chị em chơi cờ dưới gốc phượng
  đài phát một bài hát mà ai cũng bảo là ghét
  người thợ mộc đo hai lần mà vẫn cưa hụt
  ai đó dựng chiếc xe đạp bên tường đình
  `,
);

export const turkish: Sentences = sentences(
  `
  Sabah erkenden
  Akşam geç saatte
  Sokağın sonunda
  Uzun bir kıştan sonra
  Irmak kıyısındaki köyde
  Her pazar günü
  İstasyonun arkasında
  İzmir ile Iğdır arasında
  Bayramdan az önce
  Ilgaz Dağı'nın eteğinde
  Yağmur dinince
  İnce minarenin gölgesinde
  `,
  `
  fırıncı dükkânını açar ve vitrine sıcak ekmek koyar
  iki balıkçı ağlarını onarır ve havadan söz eder
  Işıl, İsveç'teki kardeşine bir mektup yazar
  çocuklar eve dönen kayıkları sayar
  yorgun bir köpek Diyarbakır otobüsünü bekler
  öğretmen Ay üzerine bir kitap okur
  tepeye çıkar ve kiremitli çatılara bakarız
  postacı kimsenin ısmarlamadığı bir paket getirir
  Irmak Bey ıslak çitini boyar
  İskenderun treni son yolcusunu almadan kalkar
  kitaplık kâğıt, toz ve elma kokar
  kuledeki saati kimin değiştirdiğini kimse bilmez
  küçük bir kalabalık itfaiye bandosunu dinler
  bahçıvan fasulye, bezelye ve bir kabak diker
  ninem yüzmeyi nasıl öğrendiğini anlatır
  pazar peynir, bal ve dedikodu doludur
  vapur dört araba ile bir piyano taşır
  bir mühendis kedilerine yıldızları anlatır
  değirmen ağır ağır döner ve vadinin buğdayını öğütür
  İlker hiçbir kapıya uymayan bir anahtar bulur
  yargıç gözlüğünü unutur ve buna güler
  kar önce kızıl, sonra gri, sonra mavi olur
  üç kız kardeş kestane ağacının altında satranç oynar
  radyo kimsenin sevmediğini söylediği bir şarkı çalar
  marangoz iki kez ölçer ama yine kısa keser
  biri caminin duvarına bir bisiklet dayamış
  `,
);

export const russian: Sentences = sentences(
  `
  Рано утром
  Поздно вечером
  В конце улицы
  После долгой зимы
  В деревне у Волги
  Каждое воскресенье
  За вокзалом
  Между Москвой и Тверью
  Незадолго до праздника
  Под старой крышей
  Едва кончится дождь
  Ещё до рассвета
  `,
  `
  пекарь открывает лавку и кладёт на окно тёплый хлеб
  два рыбака чинят сети и говорят о погоде
  Анна пишет письмо брату в Ереван
  дети считают лодки, которые идут домой
  усталый пёс ждёт автобус из Ярославля
  учитель читает вслух книгу о Луне
  мы поднимаемся на холм и смотрим на крыши
  почтальон несёт посылку, которую никто не заказывал
  Пётр Ильич красит забор, хотя тот ещё мокрый
  поезд в Казань уходит без последнего пассажира
  библиотека пахнет бумагой, пылью и яблоками
  никто не знает, кто перевёл часы на башне
  небольшая толпа слушает оркестр пожарных
  садовник сажает фасоль, горох и одну тыкву
  бабушка рассказывает, как она училась плавать
  рынок полон сыра, мёда и слухов
  паром везёт четыре машины и рояль
  женщина-инженер объясняет кошкам звёзды
  мельница медленно вертится и мелет зерно всей долины
  Юра находит ключ, который не подходит ни к одной двери
  судья забывает очки и сам над этим смеётся
  снег на горах краснеет, потом сереет и синеет
  три сестры играют в шахматы под каштаном
  радио играет песню, которую будто бы никто не любит
  столяр дважды мерит и всё же отрезает слишком мало
  кто-то прислонил к ограде чужой велосипед
  `,
);

export const greek: Sentences = sentences(
  `
  Νωρίς το πρωί
  Αργά το βράδυ
  Στο τέλος του δρόμου
  Μετά από έναν μακρύ χειμώνα
  Σε ένα χωριό της Κρήτης
  Κάθε Κυριακή
  Πίσω από τον σταθμό
  Ανάμεσα στους λόφους της Αττικής
  Λίγο πριν από το Πάσχα
  Κάτω από τις ελιές
  Μόλις σταματήσει η βροχή
  Όπως λέει ο Οδυσσέας
  `,
  `
  ο φούρναρης ανοίγει και βάζει ζεστές φραντζόλες στο παράθυρο
  δύο ψαράδες μπαλώνουν τα δίχτυα τους και μιλούν για τους ανέμους
  η Άννα γράφει στους αδελφούς της στις Σέρρες
  οι μαθητές μετρούν τις βάρκες που γυρίζουν
  ένας κουρασμένος σκύλος περιμένει τον οδηγό του λεωφορείου
  ο δάσκαλος διαβάζει δυνατά τους μύθους της Σελήνης
  ανεβαίνουμε στον λόφο και κοιτάζουμε τις στέγες της πόλης
  ο ταχυδρόμος φέρνει ένα δέμα άγνωστης αποστολής
  ο κύριος Παπαδάκης βάφει τους φράχτες του
  το τρένο της Λάρισας φεύγει χωρίς τους τελευταίους επιβάτες
  η βιβλιοθήκη μυρίζει χαρτί, σκόνη και μήλα της χρονιάς
  κανείς δεν ξέρει ποιος άλλαξε την ώρα της πόλης
  λίγος κόσμος ακούει τους μουσικούς της πλατείας
  ο κηπουρός φυτεύει φακές, κολοκύθες και κισσούς
  ο παππούς διηγείται πώς έμαθε να κολυμπά ως παιδί
  η αγορά είναι γεμάτη τυριά, μέλι και ψίθυρους
  ο βαρκάρης μεταφέρει τέσσερις γάτες και έναν κύκνο
  μια μηχανικός εξηγεί τους αστερισμούς στις γάτες της
  ο μύλος γυρίζει αργά, όπως τους παλιούς καιρούς
  ο Νίκος βρίσκει ένα κλειδί της παλιάς αυλής
  ο δικαστής ξεχνά τους φακούς του και γελά μόνος
  ο ουρανός γίνεται κόκκινος, ύστερα γκρίζος και γαλανός
  τρεις αδελφές παίζουν ντάμα δίπλα στις καστανιές
  το ράδιο παίζει ένα τραγούδι της ξενιτιάς
  ο μαραγκός μετρά δύο φορές τις ίδιες σανίδες
  ο Θωμάς αφήνει το ποδήλατο στους πρόποδες του βουνού
  `,
);

export const chinese: Sentences = sentences(
  `
  清早
  夜深了
  街道尽头
  漫长的冬天过后
  在江边的村子里
  每个星期天
  火车站后面
  从北京到天津的路上
  春节前几天
  老榕树下
  雨刚停
  山的那一边
  `,
  `
  面包师打开店门，把热面包摆在窗前
  两个渔夫一边补网一边谈论天气
  小安给在加拿大的弟弟写信
  孩子们数着回家的小船
  一只疲倦的狗在等公共汽车
  老师大声朗读一本关于月亮的书
  我们走上小山，望着下面的屋顶
  邮递员送来一个没人订的包裹
  王先生给还湿着的篱笆刷漆
  开往上海的列车没等最后一位乘客就走了
  图书馆里有纸、灰尘和苹果的气味
  没有人知道是谁拨动了塔上的钟
  一小群人在听消防队的乐队演奏
  园丁种下豆子、白菜和一个南瓜
  奶奶告诉我她是怎样学会游泳的
  集市上满是豆腐、蜂蜜和闲话
  渡船载着四辆汽车和一架钢琴
  一位工程师给她的猫讲解星星
  水磨慢慢转动，磨着全村的谷子
  小明找到一把打不开任何门的钥匙
  法官忘了戴眼镜，自己也笑了
  山上的雪变红，变灰，又变蓝
  三姐妹在栗子树下下棋
  收音机里放着一首大家都说不喜欢的歌
  木匠量了两次，还是锯短了
  有人把自行车靠在庙墙上，车上贴着“ABC”三个字母
  `,
  { joint: "，", stop: "。", gap: "" },
);

export const japanese: Sentences = sentences(
  `
  朝早く
  夜おそく
  通りのはずれで
  長い冬のあと
  川沿いの村で
  毎週日曜日に
  駅の裏で
  京都と奈良のあいだで
  お正月の少し前に
  古い桜の木の下で
  雨がやむと
  港の近くで
  `,
  `
  パン屋が店を開け、窓に温かいパンを並べる
  二人の漁師が網を直しながら天気の話をする
  アンナはカナダにいる弟に手紙を書く
  子どもたちは帰ってくる舟を数える
  くたびれた犬がバスを待っている
  先生が月についての本を読み上げる
  私たちは丘に登り、屋根を見おろす
  郵便屋さんが誰も頼んでいない小包を届ける
  田中さんはまだぬれている垣根にペンキを塗る
  東京行きの列車が最後の客を乗せずに出発する
  図書館は紙とほこりとリンゴのにおいがする
  塔の時計を誰が動かしたのか誰も知らない
  小さな人だかりが消防隊の演奏を聞く
  庭師が豆と大根とカボチャを植える
  祖母が泳ぎを覚えたころの話をする
  市場はチーズと蜂蜜とうわさ話でいっぱいだ
  渡し舟が車を四台とピアノを一台運ぶ
  エンジニアがネコたちに星の名前を教える
  水車がゆっくり回り、谷の麦をひく
  ケンはどの扉にも合わない鍵を見つける
  裁判官は眼鏡を忘れて笑い出す
  山の雪が赤く、灰色に、そして青くなる
  三人の姉妹が栗の木の下で将棋をさす
  ラジオから誰も好きではないという歌が流れる
  大工は二度測っても短く切ってしまう
  誰かが寺の塀に「JAPAN」と書いた自転車を立てかけた
  `,
  { joint: "、", stop: "。", gap: "" },
);

export const armenian: Sentences = sentences(
  `
  Առավոտյան
  Երեկոյան
  Փողոցի ծայրին
  Երկար ձմեռից հետո
  Գետի մոտ
  Ամեն կիրակի
  Կայարանի հետևում
  Երևանում
  Գարնանը
  Հին ծառի տակ
  Անձրևից հետո
  Լեռան վրա
  `,
  `
  հացթուխը բացում է խանութը
  երկու ձկնորս խոսում են եղանակի մասին
  Աննան նամակ է գրում եղբորը
  երեխաները հաշվում են նավակները
  հոգնած շունը սպասում է ավտոբուսին
  ուսուցիչը գիրք է կարդում Լուսնի մասին
  մենք նայում ենք տանիքներին
  փոստատարը ծանրոց է բերում
  Պետրոսը ներկում է ցանկապատը
  գնացքը մեկնում է Գյումրի
  գրադարանը խնձորի հոտ ունի
  ոչ ոք չգիտի, թե որտեղ է բանալին
  մարդիկ լսում են երաժշտությունը
  այգեպանը լոբի է տնկում
  տատիկը պատմում է իր մանկության մասին
  շուկան լի է պանրով և մեղրով
  Արամը գտնում է հին բանալին
  ջրաղացը դանդաղ պտտվում է
  երեք քույր շախմատ են խաղում
  ձյունը կարմրում է, հետո կապտում
  ռադիոն երգ է հնչեցնում
  Սևանա լիճը կապույտ է
  ատաղձագործը չափում է երկու անգամ
  կատուն քնած է պատուհանի մոտ
  `,
  { stop: "։" },
);

export const georgian: Sentences = sentences(
  `
  დილით ადრე
  საღამოს გვიან
  ქუჩის ბოლოს
  გრძელი ზამთრის შემდეგ
  მდინარის პირას
  ყოველ კვირას
  სადგურის უკან
  თბილისში
  გაზაფხულზე
  ძველი ხის ქვეშ
  წვიმის შემდეგ
  მთაზე
  `,
  `
  მცხობელი აღებს მაღაზიას
  ორი მეთევზე ამინდზე საუბრობს
  ანა წერილს წერს თავის ძმას
  ბავშვები ნავებს ითვლიან
  დაღლილი ძაღლი ავტობუსს ელოდება
  მასწავლებელი წიგნს კითხულობს მთვარეზე
  ჩვენ სახურავებს ვუყურებთ
  ფოსტალიონს ამანათი მოაქვს
  გიორგი ღობეს ღებავს
  მატარებელი ბათუმში მიდის
  ბიბლიოთეკაში ვაშლის სუნია
  არავინ იცის, სად არის გასაღები
  ხალხი მუსიკას უსმენს
  მებაღე ლობიოს რგავს
  ბებია თავის ბავშვობას იხსენებს
  ბაზარი სავსეა ყველით და თაფლით
  ნინო ძველ გასაღებს პოულობს
  წისქვილი ნელა ბრუნავს
  სამი და ჭადრაკს თამაშობს
  თოვლი წითლდება, მერე ლურჯდება
  რადიოში სიმღერა ისმის
  ტბა მშვიდი და ლურჯია
  დურგალი ორჯერ ზომავს
  კატას ფანჯარასთან სძინავს
  `,
);

/** Short messages, each with emoji: joined families, skin tones, flags, key caps, and what stands before them. */
export const emoji: Sentences = sentences(
  `
  GOOD MORNING ☀️
  Happy Birthday 🎂🎉
  On My Way 🚲💨
  So Tired 😴
  LOL 😂😂😂
  Dinner At Eight 🍝🍷
  Look At This 👀
  Wow 🤩
  See You In Paris 🇫🇷
  Greetings From 🇯🇵 Kyoto
  Thank You 🙏🏽
  Step 1️⃣
  `,
  `
  the whole family 👨‍👩‍👧‍👦 is here
  WE WON 🏆🥇 AGAIN
  the cat 🐈‍⬛ sleeps on my keyboard ⌨️
  👍🏿 👍🏽 👍🏻 from ALL of us
  Train 🚆 leaves at 7️⃣ o'clock
  it rains 🌧️ and then it SHINES 🌈
  my Doctor 👩🏾‍⚕️ says I am FINE
  bring Bread 🥖, Cheese 🧀 and Grapes 🍇
  the Team 🏴󠁧󠁢󠁳󠁣󠁴󠁿 v 🏴󠁧󠁢󠁷󠁬󠁳󠁿 tonight
  I ❤️ this Song 🎶
  NO WAY 🙅‍♀️🙅🏼‍♂️
  the Garden 🌻🌷🌹 is in BLOOM
  Call Me ☎️ when you can
  New Phone 📱, who is THIS
  Snow ❄️ in April, REALLY
  Coffee ☕ first, Questions ❓ later
  The Moon 🌕 over the Sea 🌊
  Ship It 🚀🔥💯
  Monday 🫠 AGAIN
  Good Night 🌙✨
  `,
  { stop: "!", gap: "\n" },
);
