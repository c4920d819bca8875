package understand

// filipino is Tagalog with the Spanish hours and the English that people mix in;
// English is read beside every language, so only what is not English stands here.
var filipino = words{
	lang:  "fil",
	order: eitherFirst,
	terms: joinTerms(
		of(relDay, 0, "ngayon|ngayong araw|ngayong araw na ito|mamaya|ngayon din"), of(relDay, 1, "bukas"), of(relDay, 2, "makalawa|sa makalawa|samakalawa"), of(relDay, -1, "kahapon"), of(relDay, -2, "kamakalawa"),
		of(relWeek, 0, "ngayong linggo|linggong ito|sa linggong ito"), of(relWeek, 1, "susunod na linggo|sa susunod na linggo|sunod na linggo|next week"), of(relWeek, -1, "nakaraang linggo|noong nakaraang linggo"),
		of(relMonth, 0, "ngayong buwan|buwang ito|ngayong buwan na ito"), of(relMonth, 1, "susunod na buwan|sa susunod na buwan|sunod na buwan|next month"), of(relMonth, -1, "nakaraang buwan|noong nakaraang buwan"), of(relYear, 0, "ngayong taon"), of(relYear, 1, "susunod na taon|sa susunod na taon"), of(relYear, -1, "nakaraang taon"),
		of(weekend, 0, "sabado o linggo|katapusan ng linggo"), of(endOf, 0, "katapusan|dulo|huling araw|katapusan ng|huling araw ng|dulo ng"),
		of(weekday, 0, "araw ng linggo"), inOrder(weekday, 1, "lunes|araw ng lunes", "martes|araw ng martes", "miyerkules|miyerkoles|myerkules|araw ng miyerkules", "huwebes|hwebes|araw ng huwebes", "biyernes|byernes|araw ng biyernes", "sabado|araw ng sabado"),
		inOrder(monthName, 1, "enero", "pebrero", "marso", "abril", "mayo", "hunyo", "hulyo", "agosto", "setyembre|septyembre", "oktubre", "nobyembre", "disyembre|desyembre"),
		of(days, 0, "araw"), of(weeks, 1, "linggo"), of(weeks, 0, "linggong"), of(months, 0, "buwan"), of(years, 0, "taon"), of(daySpan, 7, "isang linggo"), of(dayMark, 0, "ika-|ika|petsa|a-"),
		inOrder(dayName, 1, "a-uno|a uno|primero", "a-dos|a dos", "a-tres|a tres", "a-kuwatro|a kuwatro|a-kwatro", "a-singko|a singko", "a-sais|a sais", "a-siyete|a siyete", "a-otso|a otso", "a-nuwebe|a nuwebe", "a-diyes|a diyes", "a-onse|a onse", "a-dose|a dose", "a-trese", "a-katorse", "a-kinse|a kinse"), of(dayName, 20, "a-beinte|a beinte"), of(dayName, 30, "a-trenta|a trenta"),
		of(within, 0, "pagkatapos ng|pagkaraan ng|makalipas ang|sa loob ng"), of(after, 0, "mula ngayon|mula sa araw na ito"), of(ago, 0, "nakaraan"), of(thisOne, 0, "ngayong|itong|nitong"), of(upcoming, 0, "darating na|paparating na|sa darating na"), of(nextOne, 0, "susunod na|sa susunod na|sunod na"),

		of(atMark, 0, "alas|alas-|ala|ala-"), of(hourUnit, 0, "ng oras|oras"), of(minuteUnit, 0, "minuto|minutos"), of(half, 0, "y medya|imedya|y media|at kalahati|kalahati"), of(afterHour, 15, "y kinse|kinse minutos"), of(less, 0, "menos"), of(plus, 0, "lampas ng"),
		of(amPM, 0, "ng umaga|nang umaga|ng madaling araw"), of(amPM, 1, "ng hapon|nang hapon"), of(dayPart, partMorning, "umaga|sa umaga|tuwing umaga|maaga"), of(dayPart, partAfternoon, "hapon|sa hapon|tuwing hapon|pagkatapos ng tanghalian"), of(dayPart, partNight, "gabi|ng gabi|sa gabi|nang gabi"), of(dayPart, partDaytime, "ng tanghali|nang tanghali"),
		of(clock, 720, "tanghali|sa tanghali|tanghaling tapat|katanghalian"), of(clock, 0, "hatinggabi"),
		of(from, 0, "pagkatapos ng alas|mula alas|mula|simula|lampas alas"), of(until, 0, "bago mag alas|bago mag-alas|bago mag|bago|hanggang"), of(around, 0, "mga|bandang|mga bandang|mga alas|bandang alas"),
		of(later, 0, "mas huli|mas late|mamaya pa|iba pang oras|marami pang oras"), of(earlier, 0, "mas maaga"),
		of(soonest, 0, "pinakamaaga|sa lalong madaling panahon|kahit kailan|kahit anong oras|kahit anong araw|pinakamaagang|pinakamabilis|agad"),
		of(anyOther, 0, "ibang araw|ibang oras|ibang petsa|sa ibang araw|wala sa mga ito|iba na lang"),
		of(or, 0, "o"), of(not, 0, "hindi|hindi pwede|di pwede|maliban|huwag|bukod|di|hindi ako pwede|walang"),

		of(person, 0, "tao|katao|na tao|tao po"), of(counted, 0, "piraso|kopya|beses"), of(people, 1, "isang tao|ako lang|mag-isa|ako lang mag-isa"), of(people, 2, "dalawa kami|kaming dalawa|dalawa po kami|mag-asawa"), of(people, 3, "tatlo kami|kaming tatlo"), of(people, 4, "apat kami|kaming apat"), of(self, 1, "asawa ko|nanay ko|tatay ko|anak ko"), of(adults, 0, "matanda|matatanda|bata|mga bata|sanggol"),
		of(ordinal, 1, "una|unang|yung una|pang-una|ika-una"), of(ordinal, 2, "pangalawa|pangalawang|ikalawa|ikalawang|yung pangalawa"), of(ordinal, 3, "pangatlo|pangatlong|ikatlo|ikatlong|yung pangatlo"), of(ordinal, 4, "pang-apat|ikaapat|ika-apat"), of(ordinal, 5, "panlima|ikalima"), of(lastOne, 0, "huli|huling|pinakahuli|yung huli|panghuli"),
		inOrder(num, 1, "isa|isang|uno|una ng", "dalawa|dalawang|dos", "tatlo|tatlong|tres", "apat|kuwatro|kwatro|kuatro", "lima|limang|singko", "anim|sais|seis", "pito|pitong|siyete|syete|siete", "walo|walong|otso|ocho", "siyam|nuwebe|nueve", "sampu|sampung|diyes|dyes|diez", "labing-isa|labing isa|onse|labingisa", "labindalawa|labindalawang|labing-dalawa|dose", "labintatlo|trese", "labing-apat|katorse", "labinlima|kinse", "labing-anim", "labimpito", "labingwalo", "labinsiyam", "dalawampu|beinte|bente"),
		of(num, 30, "tatlumpu|trenta"), of(thousand, 100, "daan|raan"), of(thousand, 1000, "libo"), of(num, 0, "sero|wala"), of(num, 12, "isang dosena"),
		of(filler, 0, "po|ho|opo|sa|ng|na|ang|yung|ung|si|ay|ko|ako|kami|namin|natin|tayo|gusto|gusto ko|gusto kong|gusto ko po|nais|nais ko|nais kong|pwede|puwede|pwede ba|pwede po ba|pwede po|kung pwede|sana|lang|nga|naman|ba|at|kasama|para|kay|pumunta|punta|pupunta|mag|magpa|magpa-appointment|mayroon|meron|lahat|kabuuan|pamilya|ipinanganak|ipinanganak ako|ipinanganak noong|pinanganak|noong|kapanganakan|araw ng kapanganakan|oo|sige|siguro|ito|iyan|yan|eksakto|salamat|paki|pakiusap|din|rin|bale|mga tao"),
	),
	yes:    split("oo|opo|oho|oo naman|opo naman|oo nga|opo tama|oo tama|oo po|oo sige|oo gusto ko|sige|sige po|sige na|cge|cge po|tama|tama po|tama yan|tama po iyan|tama na|ok|ok po|okay po|okay|okay lang|meron|meron po|mayroon|mayroon po|mayron|may roon|yes|yes po|yup|yep|sure|sure po|gusto ko|gusto ko po|game|payag|payag ako|sang-ayon|sang-ayon ako|pumapayag ako|sumasang-ayon ako|syempre|siyempre|siyempre po|walang problema|korek|correct po|confirm|pwede|pwede po|puwede po|ako nga|ako po|oks|oki|g|opo salamat"),
	no:     split("hindi|hindi po|hinde|hindi naman|hindi pa|hindi pa po|di pa|hindi na|hindi na po|wala|wala po|wala pa|wala pa po|walang ganyan|ayaw|ayaw ko|ayoko|ayoko po|ayaw ko po|mali|mali po|mali yan|hindi tama|hindi po tama|huwag|huwag na|wag|wag na|wag na po|hindi salamat|hindi na salamat|no|no po|nope|hindi ako payag|di ako payag|hindi kailangan|di na kailangan|hindi pwede|di pwede|dili|hindi ako|hindi ko gusto|di po"),
	either: split("okay na po ako|ok na ako|bahala na|bahala na po kayo|kahit ano"),
	unsure: split("hindi ko alam|di ko alam|hindi ko po alam|di ko po alam|hindi ako sigurado|di ako sigurado|hindi ko sigurado|hindi ko maintindihan|di ko maintindihan|hindi ko gets|di ko gets|siguro|baka|baka po|ewan|ewan ko|hindi ko pa alam|di ko pa alam"),
	heads:  split("ang|yung|ung|ako|ako po|gusto ko|gusto ko po|gusto kong|nais ko|pipiliin ko|pili ko|sa|si|para sa|sige|ah|uhm|paki|pakiusap|ay"),
	tails:  split("po|ho|nga|naman|na lang|nalang|na lang po|lang|lang po|sana|salamat|salamat po|pls|please|na|yung|din|rin|ata|yata"),
	parties: []partyPhrase{
		{"ako lang", 1, 0.95}, {"ako lang po", 1, 0.95}, {"ako", 1, 0.85}, {"ako po", 1, 0.85}, {"mag-isa", 1, 0.95}, {"mag-isa lang", 1, 0.95}, {"mag isa lang", 1, 0.95}, {"mag-isa lang ako", 1, 0.95}, {"mag-isa lang po ako", 1, 0.95}, {"isa lang", 1, 0.95}, {"isa lang po", 1, 0.95}, {"isa", 1, 0.9},
		{"ako at ang asawa ko", 2, 0.95}, {"ako at asawa ko", 2, 0.95}, {"kami ng asawa ko", 2, 0.95}, {"dalawa kami", 2, 0.95}, {"dalawa po kami", 2, 0.95}, {"kaming dalawa", 2, 0.95}, {"mag-asawa", 2, 0.85}, {"ako at ang anak ko", 2, 0.9},
	},
	commands: joinPhrases(
		say(Thanks, 0, "salamat|salamat po|maraming salamat|maraming salamat po|thank you po|thanks po|ty po|tnx"),
		say(Back, 0, "bumalik|balik|bumalik sa nakaraan|balik sa nakaraan|bumalik po|gusto kong bumalik|pabalik|nakaraang tanong|sa nakaraang tanong|balik tayo|ibalik"),
		say(Correct, 0, "itama|gusto kong itama|gusto kong itama ang sagot ko|itama ang sagot|itama ang sagot ko|baguhin ang sagot|baguhin ang sagot ko|gusto kong baguhin ang sagot ko|palitan ang sagot ko|nagkamali ako|nagkamali po ako|mali ang nailagay ko|mali ang sagot ko|mali ang napindot ko|mali ang natype ko|mali ako|i-edit|iwasto"),
		say(Repeat, 0, "pakiulit|pakiulit po|paki ulit|paki-ulit|ulitin|ulitin po|ulitin mo|ulit|isa pa|isa pang beses|ano ulit|ano po ulit|ano po yun|ano yun|hindi ko narinig|di ko narinig|paki ulit po ang tanong|ulitin ang tanong"),
		say(Restart, 0, "mula sa simula|magsimula ulit|simulan ulit|ulitin mula sa simula|ulitin sa simula|umpisahan ulit|mula sa umpisa|balik sa simula|bumalik sa simula|mag-umpisa ulit|magsimula muli|sa simula|ulitin lahat"),
		say(Stop, 0, "tigil|itigil|tumigil|ayoko na|ayaw ko na|tama na to|tapusin|tapos na|huminto|hinto|ihinto|gusto kong tumigil|gusto kong huminto|itigil na|paalam|wag na lang|huwag na lang|huwag na lang po|umalis"),
		say(Stop, cancelConfidence, "kanselahin|i-cancel|icancel|i cancel|ikansela|cancel po|pakicancel|i-cancel po"),
		say(Person, 0, "tao|totoong tao|makipag-usap sa tao|gusto kong makipag-usap sa tao|gusto ko pong makipag-usap sa tao|makausap ang tao|makausap ang staff|gusto kong makausap ang staff|kausapin ang staff|kausapin ang tao|kumausap ng tao|empleyado|kawani|makausap ang kawani|makipag-usap sa staff|may makakausap ba|pwede bang makausap ang staff|staff po"),
		say(Language, 0, "wika|lengguwahe|lenggwahe|palitan ang wika|baguhin ang wika|ibang wika|palit ng wika|hindi ako marunong ng hapon|hindi ako marunong mag-hapon|hindi ako nakakaintindi ng hapon|hindi ako marunong mag japanese|di ako marunong mag-nihongo|hindi ako marunong mag-nihongo"),
		say(Help, 0, "tulong|tulungan mo ako|tulungan nyo ako|patulong|patulong po|ano ang ibig sabihin|anong ibig sabihin|ano po ang ibig sabihin|ano to|ano ito|ano po ito|hindi ko maintindihan|di ko maintindihan|hindi ko po maintindihan|hindi ko gets|di ko gets|paliwanag|ipaliwanag|paki-paliwanag"),
		say(Help, 0.85, "hindi ko alam|di ko alam|hindi ko po alam|bakit|bakit po|hindi ako sigurado|nakalimutan ko|ewan ko"),
		say(Skip, 0, "laktawan|lampasan|laktawan ito|i-skip|iskip|skip po|susunod|susunod na tanong|ayaw kong sagutin|ayokong sagutin|hindi ko sasagutin|iwanang blangko"),
	),
	loose: []commandPhrase{
		{Correct, "*itama ang {}", 0.9}, {Correct, "*baguhin ang {}", 0.65}, {Correct, "*palitan ang {}", 0.65}, {Correct, "mali ang {}", 0.9}, {Correct, "mali yung {}", 0.9}, {Correct, "*nagkamali ako sa {}", 0.9},
		{Person, "*makipag usap sa tao*", 0.9}, {Person, "*makipag-usap sa tao*", 0.9}, {Person, "*makausap ang tao*", 0.9}, {Person, "*makausap ang staff*", 0.9}, {Person, "*makausap na tao*", 0.9}, {Person, "*makausap na staff*", 0.9}, {Person, "*totoong tao*", 0.9}, {Person, "*makipag usap sa staff*", 0.9}, {Person, "*kausapin ang staff*", 0.9}, {Person, "*makausap ng tao*", 0.9}, {Person, "*makausap sa opisina*", 0.85}, {Person, "*makausap ng empleyado*", 0.9}, {Person, "*may makausap*", 0.8},
		{Restart, "*mula sa simula*", 0.85}, {Restart, "*magsimula ulit*", 0.85}, {Restart, "*mula sa umpisa*", 0.85}, {Back, "*nakaraang tanong*", 0.85}, {Back, "*bumalik sa naunang*", 0.85}, {Repeat, "*pakiulit*", 0.85}, {Repeat, "*paki ulit*", 0.85}, {Repeat, "*ulitin ang tanong*", 0.9},
		{Language, "*hindi ako marunong*hapon*", 0.9}, {Language, "*hindi ako marunong*japanese*", 0.9}, {Language, "*hindi ako marunong*nihongo*", 0.9}, {Language, "*palitan ang wika*", 0.9}, {Language, "*baguhin ang wika*", 0.9},
		{Stop, "*ayoko na*", 0.85}, {Stop, "*ayaw ko na*", 0.85}, {Stop, "*gusto kong tumigil*", 0.9},
		{Help, "ano ang {}", 0.85}, {Help, "ano ang ibig sabihin ng {}", 0.95}, {Help, "ano po ang {}", 0.85}, {Help, "ano yung {}", 0.85},
		{Skip, "*laktawan*", 0.8}, {Skip, "*ayaw kong sagutin*", 0.9},
	},
	switchWords:  split("sa|po|ho|pwede|puwede|pwede ba|pwede po ba|ba|mag|mag-|palitan|palitan ng|lumipat sa|gusto ko|gusto kong|sana|lang|nga|ang|wika|wikang|ng|na|may|meron|marunong|ako|marunong ako|gamitin|gawing|gawin|paki"),
	strongSwitch: split("palitan ng|pwede po bang mag|gawing"),
	stop:         split("po|ho|sa|ng|na|ang|yung|ung|ay|ko|ako|akong|kong|mo|ka|kami|namin|gusto|nais|pwede|puwede|ba|bang|at|kung|para|paano|ano|saan|kailan|mga|lang|nga|naman|sana|may|meron|mayroon|salamat|magandang|umaga|hapon|gabi|hello|hi|kumusta|kailangan|dapat|gawin|pa|rin|din|ito|dito|doon|kasi|pong|si|i"),
	common:       "po ho sa ng na ang yung ung ay ko ako akong kong mo ka kami namin gusto nais pwede puwede ba bang at kung para paano ano saan kailan mga lang nga naman sana may meron mayroon salamat magandang umaga hapon gabi kumusta kailangan dapat gawin pa rin din ito dito doon kasi pong si hindi wala tao makausap makipag usap lumipat lilipat bahay kukunin kunin nawala nakalimutan card ko linggo buwan bukas susunod lunes martes miyerkules huwebes biyernes sabado simula ulit itama sagot natanggap dumating",
	stem: func(w []byte) []byte {
		return cutFront(cut(w, 4, "ng"), 4, "kaka", "magpa", "nagpa", "mag", "nag", "pag", "paki", "ma", "na", "ka", "i")
	},
}
