package understand

// nepali in its own script and in the Latin letters people type it with. Dates
// are of the Western calendar: the months of the Bikram Sambat are not guessed
// at (गते counts only beside a Western month).
var nepali = words{
	lang:  "ne",
	order: eitherFirst,
	terms: joinTerms(
		of(relDay, 0, "आज|आजै|aaja|aja|aajai"), of(relDay, 1, "भोलि|भोली|bholi|voli"), of(relDay, 2, "पर्सि|पर्सी|parsi|parsee"), of(relDay, 3, "निकोर्सि|निकर्सि"), of(relDay, -1, "हिजो|hijo"), of(relDay, -2, "अस्ति|asti"),
		of(relWeek, 0, "यो हप्ता|यस हप्ता|यही हप्ता|yo hapta|yo haptaa"), of(relWeek, 1, "अर्को हप्ता|आउने हप्ता|अर्को साता|आउँदो हप्ता|arko hapta|aune hapta|aaune hapta|arko haptaa"), of(relWeek, -1, "गएको हप्ता|अघिल्लो हप्ता|gayeko hapta|gako hapta|aghillo hapta"),
		of(relMonth, 0, "यो महिना|यस महिना|यही महिना|yo mahina"), of(relMonth, 1, "अर्को महिना|आउने महिना|आउँदो महिना|arko mahina|aune mahina"), of(relMonth, -1, "गएको महिना|अघिल्लो महिना|gayeko mahina"), of(relYear, 0, "यो वर्ष|यो साल|yo barsa|yo sal"), of(relYear, 1, "अर्को वर्ष|अर्को साल|arko barsa|arko sal"), of(relYear, -1, "गएको वर्ष|पोहोर|gayeko barsa|pohor"),
		of(weekend, 0, "शनिबार आइतबार|सप्ताहान्त|हप्ताको अन्त्य|weekend ma"), of(endOf, 0, "अन्तिम|अन्त्य|अन्त्यमा|अन्तिम दिन|अन्तिममा|मसान्त|antim|antyama|antya"),
		inOrder(weekday, 0, "आइतबार|आइतवार|आईतबार|aaitabar|aitabar|aitabaar|aaitabaar", "सोमबार|सोमवार|sombar|sombaar", "मंगलबार|मङ्गलबार|मंगलवार|mangalbar|mangalbaar", "बुधबार|बुधवार|budhabar|budhbar|budhabaar", "बिहीबार|बिहिबार|बिहीवार|bihibar|bihibaar|biihibar", "शुक्रबार|शुक्रवार|sukrabar|shukrabar|sukrabaar|shukrabaar", "शनिबार|शनिवार|sanibar|shanibar|sanibaar|shanibaar"),
		inOrder(monthName, 1, "जनवरी|जनवरि|january ma", "फेब्रुअरी|फेब्रुवरी|फरवरी", "मार्च", "अप्रिल|एप्रिल", "मे|may ko", "जुन", "जुलाई", "अगस्ट|अगस्त", "सेप्टेम्बर", "अक्टोबर|अक्टुबर", "नोभेम्बर|नवम्बर", "डिसेम्बर|डिसम्बर"),
		of(strangeMonth, 0, "बैशाख|वैशाख|जेठ|असार|साउन|श्रावण|भदौ|भाद्र|असोज|आश्विन|कात्तिक|कार्तिक|मंसिर|मङ्सिर|पुस|पौष|माघ|फागुन|फाल्गुन|चैत|चैत्र|baisakh|jeth|asar|saun|bhadau|asoj|kartik|mangsir|poush|magh|phagun|falgun|chait"),
		of(days, 0, "दिन|din"), of(weeks, 0, "हप्ता|साता|hapta|haptaa"), of(months, 0, "महिना|mahina"), of(years, 0, "वर्ष|साल|barsa|sal"), of(dayUnit, 0, "-तारिख|-तारीख|tarikh|tarik"), of(strangeMonth, 1, "-गते|gate"),
		of(yearUnit, 0, "सन्"), of(filler, 0, "sann"),
		of(after, 0, "-पछि|-पछाडि|pachi|pachhi|bata pachi"), of(ago, 0, "-अघि|-अगाडि|aghi|agadi"), of(within, 0, "अबको|abako"), of(thisOne, 0, "यो|यही|यसै|yo|yahi"), of(upcoming, 0, "आउने|आउँदो|aune|aaune|aaundo"), of(nextOne, 0, "अर्को|arko"),
		of(era, 0, "मेइजी"), of(era, 1, "ताइशो"), of(era, 2, "शोवा|सोवा"), of(era, 3, "हेइसेइ"), of(era, 4, "रेइवा|रेवा"),

		of(hourUnit, 0, "-बजे|-बजेको|-बजेतिर|baje|bajey|bajje|baje ko"), of(minuteUnit, 0, "-मिनेट|minet"), of(beforeHour, 30, "साढे|साढ़े|sadhe|saadhe|sade"), of(beforeHour, 15, "सवा|sawa"), of(beforeHour, -15, "पौने|paune"), of(half, 0, "आधा|adha"), of(plus, 0, "बजेर|bajera"),
		of(amPM, 0, "बिहान|बिहानको|बिहानै|bihana|bihan"), of(dayPart, partAfternoon, "दिउँसो|दिउसो|दिउँसोको|diuso|diunso|diuuso"), of(dayPart, partDaytime, "दिनको|मध्यदिन|dinko"), of(dayPart, partEvening, "बेलुका|बेलुकी|बेलुकाको|साँझ|beluka|beluki|sanjha"), of(dayPart, partNight, "राति|राती|रात|rati"),
		of(clock, 720, "मध्यान्ह|दिउँसो बाह्र बजे|madhyanna"), of(clock, 0, "मध्यरात"),
		of(from, 0, "-देखि|देखि|dekhi|bhanda pachi|भन्दा पछि"), of(until, 0, "-सम्म|samma|sama|भन्दा अगाडि|भन्दा पहिले|bhanda agadi|bhanda pahile"), of(around, 0, "-तिर|लगभग|करिब|tira|lagbhag|karib"),
		of(later, 0, "अझ पछि|ढिलो|aja pachi|dhilo|अरू समय देखाउनुस्"), of(earlier, 0, "अझ अगाडि|चाँडो|छिटो|chado|chito|अझ छिटो"),
		of(soonest, 0, "जति सक्दो चाँडो|जति सक्दो छिटो|सबैभन्दा चाँडो|सबैभन्दा छिटो|सकेसम्म चाँडो|sakdo chado|jati sakdo chito|jatisakdo chito|sabai bhanda chito|जहिले पनि|जुनसुकै दिन|जुनसुकै समय|jahile pani|jaile pani"),
		of(anyOther, 0, "अर्को दिन|अरू दिन|अर्को समय|अरू समय|arko din|aru din|arko samaya|aru samaya|कुनै पनि मिल्दैन|kunai pani mildaina"),
		of(or, 0, "वा|अथवा|कि|wa|athawa|ki"), of(not, 0, "बाहेक|होइन|मिल्दैन|हुँदैन|सक्दिन|थाहा छैन|bahek|mildaina|hudaina|sakdina|thaha chaina|thaha xaina|छैन"),

		of(person, 0, "-जना|-जनाको|jana|janaa|janako|मान्छे|manche"), of(counted, 0, "-वटा|-ओटा|wata|ota"), of(people, 1, "एक्लै|म एक्लै|म मात्र|eklai|ma eklai|ma matra"), of(self, 1, "श्रीमती|श्रीमान|आमा|बुबा|छोरा|छोरी|srimati|sriman|aama|buba|chora|chori"), of(adults, 0, "ठूलो मान्छे|वयस्क|बच्चा|केटाकेटी|baccha|bachha"),
		of(ordinal, 1, "पहिलो|pahilo|paila"), of(ordinal, 2, "दोस्रो|dosro"), of(ordinal, 3, "तेस्रो|tesro"), of(ordinal, 4, "चौथो|chautho"), of(ordinal, 5, "पाँचौं|panchau"), of(lastOne, 0, "अन्तिमको|सबैभन्दा तलको|antim ko"), of(ordMark, 0, "नम्बर|number ko"),
		inOrder(num, 1, "एक|एउटा|ek|euta|yauta", "दुई|दुइटा|dui|duita|duii", "तीन|तिनटा|tin|teen", "चार|char", "पाँच|panch|paanch|pach", "छ|छवटा|cha6", "सात|saat|sat7", "आठ|aath|aat", "नौ|nau", "दश|दस|das|dash", "एघार|egara|eghara|aghara", "बाह्र|बार|barha|bahra|bara", "तेह्र|tehra|tera", "चौध|chaudha", "पन्ध्र|pandhra|pandra", "सोह्र|sora", "सत्र|satra", "अठार|athara", "उन्नाइस|unnais", "बीस|bis|biss"),
		inOrder(num, 21, "एक्काइस", "बाइस", "तेइस", "चौबीस", "पच्चीस", "छब्बीस", "सत्ताइस", "अट्ठाइस", "उनन्तीस", "तीस", "एकतीस"), of(num, 0, "शून्य|sunya"), of(thousand, 100, "सय|saya"), of(thousand, 1000, "हजार|hajar"),
		of(filler, 0, "-मा|-को|-का|-की|-लाई|-ले|-बाट|-नै|-चाहिँ|-हुँ|-हो|ma|ko|lai|le|bata|nai|chahi|chai|ho|हो|हजुर|hajur|म|मलाई|हामी|हाम्रो|मेरो|mero|hami|hamro|malai|maile|मैले|आउँछु|आउछु|आउन|आउनु|जान्छु|जान|aauchu|aunchu|auchu|auna|aaunchu|jana cha|janchu|चाहन्छु|चाहान्छु|chahanchu|chahanxu|सक्छु|sakchu|sakxu|हुन्छ|हुन्छ होला|huncha|hunchha|hunxa|मिल्छ|milcha|milchha|milxa|छ|छन्|छौं|छौ|छु|chha|xa|chau|chhau|xau|chu|ठीक छ|ठिक छ|thik cha|thik xa|कृपया|kripaya|please|जन्म|जन्म मिति|भएको|भएको हो|janma|janmeko|bhayeko|जम्मा|jamma|सबै|sabai|परिवार|pariwar|मात्र|matra|र|ra|सँग|संग|sanga|समय|samaya|बुक|अपोइन्टमेन्ट|appointment|लिन|lina|पनि|pani|नि|ni|है|hai|न|na|होला|hola|ठ्याक्कै|भन्ने|दिन मा|din ma|एकचोटि"),
	),
	yes:    split("हो|हजुर|हजुर हो|हो हजुर|हो नि|हुन्छ|हुन्छ हजुर|हस्|हस|ठीक छ|ठिक छ|ठीक|ठिक|सही|सही हो|सहि हो|हो ठीक छ|छ|छ हजुर|मसँग छ|गर्छु|गर्नुस्|गर्नुहोस्|गरिदिनुस्|मञ्जुर|मञ्जुर छ|सहमत|सहमत छु|पक्का|अवश्य|किन नहुनु|मिल्छ|चाहिन्छ|चाहन्छु|ओके|ho|ho ni|ho hajur|hajur|hajur ho|huncha|hunchha|hunxa|hunchha hajur|hus|hos|thik cha|thik chha|thik xa|thikcha|thikxa|sahi ho|sahi|cha|chha|xa|ok|ok cha|ok hunchha|milcha|milchha|milxa|pakka|garnus|garidinus|chahincha|chahinchha|chahinxa"),
	no:     split("होइन|हैन|होइन हजुर|अहँ|छैन|मसँग छैन|पर्दैन|चाहिँदैन|चाहिदैन|हुँदैन|हुदैन|गर्दिन|नगर्नुस्|मिलेन|मिल्दैन|गलत|गलत हो|गलत छ|ठीक छैन|ठिक छैन|सही होइन|असहमत|सहमत छैन|भएको छैन|आएको छैन|अझै छैन|अहिले होइन|hoina|haina|hoina hajur|chaina|chhaina|xaina|ma sanga chaina|pardaina|pardina|chahidaina|chaidaina|hudaina|hunna|gardina|milena|mildaina|galat|galat cha|thik chaina|aha|ahan|bhayeko chaina|aaeko chaina"),
	either: split("ठीकै छ|भयो|bhayo|thikai cha"),
	unsure: split("पक्का छैन|यकिन छैन|थाहा छैन|सम्झना छैन|pakka chaina|thaha chaina|samjhana chaina|थाहा छैन|मलाई थाहा छैन|था छैन|पक्का छैन|यकिन छैन|बुझिन|बुझिनँ|होला|होला कि|सायद|thaha chaina|thaha chhaina|thaha xaina|malai thaha chaina|tha chaina|tha xaina|pakka chaina|bujhina|hola|sayad"),
	heads:  split("म|मलाई|मेरो|म त|त्यो|यो|अँ|हजुर|ma|malai|mero|tyo|yo|hajur|maile"),
	tails:  split("हो|छ|हुन्छ|नि|है|न|मात्र|गर्नुस्|गर्नुहोस्|दिनुस्|दिनुहोस्|चाहियो|चाहन्छु|ho|cha|chha|xa|huncha|hunchha|ni|hai|na|matra|garnus|dinus|chahiyo|please|plz|hola"),
	company: joinTerms(
		of(speaker, 1, "म|मेरो|आफू|ma|mero|maile|malai|aafu|मलाई|मैले|म आफैं|म र"),
		of(self, 1, "श्रीमती|श्रीमान्|श्रीमान|मेरी श्रीमती|मेरो श्रीमान्|बुढी|बुढा|आमा|बुवा|बाबा|सासू|सासू आमा|ससुरा|हजुरआमा|हजुरबुवा|shrimati|shreemati|shriman|budhi|budha|aama|ama|buwa|baba|wife|husband|sasu|hajuraama|hajurbuwa"),
		of(kin, 1, "छोरा|छोरी|बच्चा|सानो बच्चा|नानी|बाबु|शिशु|दाइ|दिदी|बहिनी|भाइ|नाति|नातिनी|साथी|रुममेट|दोभाषे|chhora|chora|chhori|chori|bachcha|baccha|bacha|dai|didi|bahini|bhai|sathi|saathi|roommate|baby"),
		of(kin, 2, "आमाबुवा|बाआमा|आमा बुवा|हजुरबुवा हजुरआमा|जुम्ल्याहा|aamabuwa|aama buwa|ama buwa|baaama"),
		of(couple, 0, "परिवार|pariwar|parivar"),
		of(couple, 2, "श्रीमान् श्रीमती|श्रीमान श्रीमती|श्रीमानश्रीमती|बूढाबूढी|बुढाबुढी|बुढा बुढी|लोग्नेस्वास्नी|दम्पती|budhabudhi|budha budhi|shriman shrimati"),
		of(kin, 0, "छोराछोरी|बच्चाहरू|केटाकेटी|ठूला मान्छे|ठूलो मान्छे|वयस्क|बालबालिका|साथीहरू|विद्यार्थी|प्रशिक्षार्थी|chhorachhori|choracchori|chora chori|baccha haru|bachcha haru|ketaketi|thulo manchhe|thula manche|sathiharu|kids|trainee"),
		of(total, 0, "जम्मा|कुल|जम्मा जम्मी|total|jamma|कुल मिलाएर|सबै गरी|kul"), of(added, 0, "थप|plus|थप्दा"),
	),
	nobody: split("कोही छैन|कोही पनि छैन|छैन|कोही होइन|कोही पनि होइन|कोही आउँदैन|शून्य|kohi chaina|kohi pani chaina|kohi xaina|kohi pani xaina|chaina|xaina|कोही छैनन्"),
	parties: []partyPhrase{
		{"म मात्र", 1, 0.95}, {"म मात्रै", 1, 0.95}, {"ma matra", 1, 0.95}, {"ma matrai", 1, 0.95}, {"एउटा मात्र", 1, 0.95}, {"eauta matra", 1, 0.95},
		{"म एक्लै", 1, 0.95}, {"म मात्र", 1, 0.95}, {"एक्लै", 1, 0.95}, {"म एक जना", 1, 0.95}, {"एक जना", 1, 0.95}, {"म", 1, 0.8}, {"ma eklai", 1, 0.95}, {"ma matra", 1, 0.95}, {"eklai", 1, 0.95}, {"ma ek jana", 1, 0.95},
		{"म र मेरो श्रीमती", 2, 0.95}, {"म र मेरो श्रीमान", 2, 0.95}, {"श्रीमान श्रीमती", 2, 0.95}, {"हामी दुई", 2, 0.95}, {"ma ra mero srimati", 2, 0.95}, {"ma ra mero sriman", 2, 0.95}, {"hami dui", 2, 0.95},
	},
	commands: joinPhrases(
		say(Thanks, 0, "धन्यवाद|धेरै धन्यवाद|dhanyabad|dhanyabaad|dherai dhanyabad|dhanyawad"),
		say(Back, 0, "पछाडि|पछाडि जानुहोस्|पछाडि जानुस्|पछाडि जाऊँ|फर्कनुहोस्|फर्किने|फर्कने|फर्कन चाहन्छु|अघिल्लो|अघिल्लो प्रश्न|अघिल्लो प्रश्नमा जानुस्|pachadi|pachadi janus|pachadi jane|pharkine|farkine|aghillo prasna"),
		say(Correct, 0, "सच्याउने|सच्याउनु छ|सच्याउनुस्|सच्याउन चाहन्छु|मेरो जवाफ सच्याउनु छ|जवाफ सच्याउनु छ|जवाफ बदल्नु छ|जवाफ परिवर्तन गर्नु छ|गल्ती भयो|मबाट गल्ती भयो|मैले गलत लेखें|गलत लेखियो|गलत थिचें|मिलाउनु छ|sachyaune|sachyaunu cha|jawaf sachyaunu cha|galti bhayo|galat lekhiyo|galat lekhe|milaunu cha"),
		say(Repeat, 0, "फेरि भन्नुस्|फेरि भन्नुहोस्|फेरी भन्नुस्|फेरि सोध्नुस्|दोहोर्\u200dयाउनुस्|दोहोर्याउनुस्|दोहोर्याउनुहोस्|एकचोटि फेरि|एक पटक फेरि|के भन्नुभएको|के रे|सुनिन|बुझिन फेरि भन्नुस्|pheri bhannus|feri bhannus|feri vannus|feri bhannuhos|dohoryaunus|ek choti feri|ke re|k re|feri sodhnus"),
		say(Restart, 0, "सुरुदेखि|सुरुदेखि गरौं|सुरुबाट|सुरुबाट गरौं|पहिलेदेखि|फेरि सुरु गर्ने|फेरि सुरु गरौं|सुरुमा जानुस्|मेनु|मुख्य मेनु|सुरुदेखि फेरि|suru dekhi|surudekhi|suru bata|surubata|feri suru garne|feri suru garau|menu ma jane"),
		say(Stop, 0, "रोक्नुहोस्|रोक्नुस्|रोक्ने|बन्द गर्नुस्|बन्द गर्नुहोस्|बन्द गर्ने|पुग्यो|भो पर्दैन|भैगो|छोड्ने|छोड्नुस्|अब गर्दिन|बाहिर निस्कने|सकियो|roknus|rokne|banda garnus|banda garne|pugyo|bhaigo|vaigo|chodne|bho pardaina|sakiyo"),
		say(Stop, cancelConfidence, "रद्द|रद्द गर्नुस्|रद्द गर्ने|रद्द गर्नु छ|क्यान्सल|क्यान्सल गर्नु छ|radda garne|cancel garne|cancel garnu cha"),
		say(Person, 0, "मान्छे|मान्छेसँग कुरा गर्न चाहन्छु|मान्छेसँग कुरा गर्नु छ|मान्छेसँग बोल्नु छ|कर्मचारी|कर्मचारीसँग कुरा गर्न चाहन्छु|कर्मचारीसँग कुरा गर्नु छ|कर्मचारी बोलाइदिनुस्|स्टाफ|स्टाफसँग कुरा गर्नु छ|कोहीसँग कुरा गर्न चाहन्छु|manche sanga kura garnu cha|manche sanga kura garna cha|manchesanga kura garna man cha|staff sanga kura garnu cha|staff sanga kura garna paincha|karmachari|karmachari sanga kura garnu cha"),
		say(Language, 0, "भाषा|भाषा परिवर्तन|भाषा बदल्नु छ|भाषा बदल्ने|भाषा फेर्ने|अर्को भाषा|जापानी आउँदैन|मलाई जापानी आउँदैन|जापानी भाषा आउँदैन|मलाई जापानी भाषा आउँदैन|जापानी बुझ्दिन|bhasa|bhasa badalne|bhasa badalnu cha|arko bhasa|japani aaudaina|japanese aaudaina|malai japanese aaudaina|malai japani aaudaina|japanese audaina"),
		say(Help, 0, "मद्दत|सहयोग|मद्दत गर्नुस्|सहयोग गर्नुस्|यसको अर्थ के हो|यो के हो|के भनेको|के हो यो|अर्थ के हो|बुझिन|मैले बुझिन|बुझिनँ|मैले बुझिनँ|बुझाइदिनुस्|कसरी गर्ने|maddat|maddat garnus|sahayog garnus|yo ke ho|yo k ho|yo bhaneko ke ho|bujhina|maile bujhina|artha ke ho"),
		say(Help, 0.85, "थाहा छैन|मलाई थाहा छैन|किन|किन सोध्नुभएको|thaha chaina|thaha xaina|malai thaha chaina|kina|birse|birsiye|बिर्सें"),
		say(Skip, 0, "छोडौं|यो छोडौं|छोडिदिनुस्|अर्को प्रश्न|यो प्रश्न छोडौं|भन्न चाहन्न|उत्तर दिन चाहन्न|skip garne|skip garnus|arko prasna|chodidinus|bhanna chahanna"),
	),
	loose: []commandPhrase{
		{Person, "*मान्छे*बोल्*", 0.85}, {Person, "*कोही*बोल्*", 0.85}, {Person, "*मान्छे*फोन*", 0.85}, {Person, "*manche*bolna*", 0.85}, {Person, "*kohi*bolna*", 0.85}, {Person, "*staff*bolna*", 0.85},
		{Person, "*मान्छे*कुरा*", 0.85}, {Person, "*कर्मचारी*कुरा*", 0.85}, {Person, "*सिधै कुरा*", 0.85}, {Person, "*manche*kura*", 0.85}, {Person, "*staff*kura*", 0.85}, {Person, "*sidhai kura*", 0.85}, {Back, "*प्रश्नमा फर्क*", 0.85}, {Back, "*अघिको प्रश्न*", 0.85}, {Back, "*prasna*pharki*", 0.85}, {Back, "*prasna*farki*", 0.85},
		{Correct, "{} सच्याउनु*", 0.9}, {Correct, "{} बदल्नु*", 0.65}, {Correct, "{} गलत छ", 0.9}, {Correct, "{} गलत भयो*", 0.9}, {Correct, "{} परिवर्तन गर्नु*", 0.65}, {Correct, "{} galat cha", 0.9}, {Correct, "{} sachyaunu*", 0.9}, {Correct, "*जवाफ सच्याउ*", 0.9},
		{Person, "*मान्छेसंग कुरा*", 0.9}, {Person, "*मान्छेसंग बोल्*", 0.9}, {Person, "*कर्मचारिसंग*", 0.85}, {Person, "*स्टाफसंग*", 0.85}, {Person, "*कोहिसंग कुरा*", 0.85}, {Person, "*मान्छे संग कुरा*", 0.9}, {Person, "*कर्मचारि संग*", 0.85}, {Person, "*manche sanga kura*", 0.9}, {Person, "*manchesanga kura*", 0.9}, {Person, "*staff sanga kura*", 0.9}, {Person, "*staffsanga kura*", 0.9}, {Person, "*karmachari sanga*", 0.85}, {Person, "*kohi sanga kura*", 0.85}, {Person, "*staff sanga bolna*", 0.9}, {Person, "*manche sanga bolna*", 0.9},
		{Restart, "*सुरुदेखि*", 0.85}, {Restart, "*सुरुबाट*", 0.85}, {Restart, "*suru dekhi*", 0.85}, {Restart, "*suru bata*", 0.85}, {Back, "*अघिल्लो प्रस्न*", 0.85}, {Back, "*पछाडि जा*", 0.85}, {Back, "*pachadi ja*", 0.85}, {Repeat, "*फेरि भन्नु*", 0.85}, {Repeat, "*feri bhannu*", 0.85}, {Repeat, "*एकचोटि फेरि*", 0.8}, {Repeat, "*एक पटक फेरि*", 0.8},
		{Language, "*जापानि*आउंदैन*", 0.9}, {Language, "*जापानि*बुझ्दिन*", 0.9}, {Language, "*japanese*audaina*", 0.9}, {Language, "*japanese*aaudaina*", 0.9}, {Language, "*japani*aaudaina*", 0.9}, {Language, "*भासा परिवर्तन*", 0.9}, {Language, "*भासा बदल*", 0.9},
		{Stop, "*अब गर्दिन*", 0.85}, {Stop, "*गर्न मन छैन*", 0.85},
		{Help, "{} भनेको के हो*", 0.95}, {Help, "{} के हो", 0.85}, {Help, "{} bhaneko ke ho*", 0.95}, {Help, "{} bhaneko k ho*", 0.95}, {Help, "{} को अर्थ*", 0.9},
		{Skip, "*भन्न चाहन्न*", 0.85}, {Skip, "*उत्तर दिन चाहन्न*", 0.85},
	},
	lacking:      split("छैन|पाएको छैन|आएको छैन|chaina|chhaina|xaina|aayeko chaina"),
	switchWords:  split("मा|को|गर्नुस्|गर्नुहोस्|बोल्नुस्|बोल्नुहोस्|चाहियो|चाहन्छु|सक्नुहुन्छ|मिल्छ|हुन्छ|छ|मात्र|आउँछ|कृपया|बदल्नुस्|बदल्नुहोस्|बदलिदिनुस्|भाषा|भाषामा|कुरा गरौं|कुरा गर्न|गरौं|बाट|ma|garnus|bolnus|chahiyo|milcha|huncha|cha|matra|aaucha|please|badalnus|kura garau|bhasa|bhasama|ko|bata"),
	strongSwitch: split("मा गर्नुस्|मा बोल्नुस्|मा बदल्नुस्|ma garnus|ma bolnus"),
	stop:         split("अब|भर्खर|मिल्छ|सक्छु|हुन्छ|सकिन्छ|aba|bharkhar|milcha|sakchu|huncha|sakincha|garau|गरौं|म|मलाई|मेरो|मैले|हामी|हाम्रो|चाहन्छु|चाहन्छौं|गर्न|गर्नु|गर्ने|छ|छु|छौं|हो|के|कसरी|कहाँ|कहिले|र|लागि|पर्छ|पर्ने|मन|नमस्ते|धन्यवाद|कृपया|हजुर|पनि|यो|त्यो|आउन|जान|होला|भने|अब|ma|malai|mero|maile|hami|hamro|chahanchu|garna|garnu|garne|cha|chha|xa|chu|ho|ke|k|kasari|kaha|kahile|ra|lagi|parcha|parchha|parne|man|namaste|dhanyabad|hajur|pani|yo|tyo|auna|jana|hola|ko|lai|ni|na|la|sanga|ab"),
	common:       "ma malai mero maile hami hamro chahanchu garna garnu garne cha chha xa chu ho ke kasari kaha kahile ra lagi parcha parchha parne man namaste dhanyabad hajur pani yo tyo auna jana hola ko lai ni sanga ab ghar sareko sare sarne sardai card lina linu haraye harayo birse birsiye bholi parsi aaja arko hapta mahina baje bihana diuso beluka kura manche thik huncha hunchha hoina chaina thaha paincha garidinus bata dekhi samma aayo aayena",
	stem: func(w []byte) []byte {
		if w[0] < 0x80 {
			return cut(w, 3, "dai", "eko", "echu", "echhu", "nchu", "nxu", "nchhu", "yeko", "iye", "iyo", "lai", "nus", "na", "nu", "ne", "ko", "ma", "yo", "ye", "e", "o", "a")
		}
		return cut(w, 2, "हरुलाइ", "हरुको", "लाइ", "हरु", "सम्म", "देखि", "बाट", "को", "का", "कि", "मा", "ले", "लाग्यो", "एको", "एं", "दैछु", "न्छु", "ियो", "ियें", "ायो", "ायें", "्दैछु", "्यो", "े", "नु", "ने", "्न", "न", "ा", "ो")
	},
}
