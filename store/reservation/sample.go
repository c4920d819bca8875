package reservation

import "madoguchi/i18n"

// Sample returns the settings of the sample municipality みほん市: three
// counters with different hours, closed on national holidays and over the turn
// of the year, bookable from 30 days to one hour ahead.
//
// Texts in やさしい日本語 carry furigana as [漢字|かんじ].
func Sample() Settings {
	weekdays := Days{Weekdays: []string{"mon", "tue", "wed", "thu", "fri"}}
	saturdays := Days{Weekdays: []string{"sat"}}
	names := func(ja, easy, en string) Names {
		return Names{i18n.Japanese: ja, i18n.EasyJapanese: easy, i18n.English: en}
	}
	return Settings{
		Counters: []Counter{
			{
				ID: "honcho",
				Names: names("本庁 市民課窓口",
					"[市役所|しやくしょ]（[本庁|ほんちょう]） [市民課|しみんか]の [受付|うけつけ]",
					"City Hall, Citizens' Affairs counter"),
				Place: names("みほん市役所 本庁舎 1階 市民課",
					"みほん[市役所|しやくしょ] [本庁舎|ほんちょうしゃ] 1[階|かい] [市民課|しみんか]",
					"Mihon City Hall, main building, 1st floor, Citizens' Affairs Division"),
				Also:     []string{"本庁", "市役所", "市民課", "本庁舎", "main office", "city hall", "town hall"},
				Position: 1,
				Openings: []Opening{{
					Days: weekdays, Start: "08:30", End: "17:15", Slot: 30, Except: []Hours{{"12:00", "13:00"}}, Capacity: 5,
				}},
			},
			{
				ID: "ekimae",
				Names: names("駅前出張所",
					"[駅前|えきまえ][出張所|しゅっちょうじょ]",
					"Ekimae Branch Office (at the station)"),
				Place: names("みほん駅前ビル 2階",
					"みほん[駅前|えきまえ]ビル 2[階|かい]",
					"Mihon Ekimae Building, 2nd floor"),
				Also:     []string{"駅前", "駅", "出張所", "station", "at the station", "branch office"},
				Position: 2,
				Openings: []Opening{
					{Days: weekdays, Start: "08:30", End: "12:30", Slot: 30, Capacity: 2},
					{Days: saturdays, Start: "09:00", End: "12:00", Slot: 30, Capacity: 2},
				},
			},
			{
				ID: "nishi",
				Names: names("西サポートセンター",
					"[西|にし]サポートセンター",
					"Nishi Support Center"),
				Place: names("西サポートセンター 1階",
					"[西|にし]サポートセンター 1[階|かい]",
					"Nishi Support Center, 1st floor"),
				Also:     []string{"西", "サポートセンター", "west", "support center"},
				Position: 3,
				Openings: []Opening{{Days: weekdays, Start: "14:30", End: "17:00", Slot: 30, Capacity: 1}},
			},
		},
		Services: []Service{
			{
				ID: "card-pickup",
				Names: names("マイナンバーカードの受け取り",
					"マイナンバーカードを [受|う]け[取|と]る",
					"Picking up a My Number card"),
				PerPerson: true, MaxPersons: 4,
			},
			{
				ID: "move",
				Names: names("引っ越しの届出",
					"[引|ひ]っ[越|こ]しを [知|し]らせる",
					"Moving notification"),
				MaxPersons: 10,
			},
			{
				ID: "move-foreign", Slots: 2,
				Names: names("引っ越しの届出（外国籍の方がいる世帯）",
					"[引|ひ]っ[越|こ]しを [知|し]らせる（[外国|がいこく]の [人|ひと]が いる [家族|かぞく]）",
					"Moving notification (households with foreign residents)"),
				MaxPersons: 10,
			},
			{
				ID: "consult",
				Names: names("窓口での相談",
					"[受付|うけつけ]で [相談|そうだん]する",
					"Consultation at the counter"),
				MaxPersons: 4,
			},
		},
		Closures: []Closure{{
			Days:   Days{From: "12-29", To: "01-03"},
			Reason: names("年末年始", "[年末年始|ねんまつねんし]の [休|やす]み", "New Year holidays"),
		}},
		Holidays:    true,
		Windows:     []Window{{OpensDays: 30, ClosesMinutes: 60}},
		HoldMinutes: 10,
		Responses: []Response{
			{ID: "done", Names: names("手続き完了", "[手続|てつづ]きが [終|お]わった", "Completed")},
			{ID: "papers", Names: names("書類不足のため再来庁", "[書類|しょるい]が [足|た]りない。また [来|く]る", "Papers missing, will come again")},
			{ID: "advice", Names: names("案内・相談のみ", "[相談|そうだん]だけ", "Advice only")},
			{ID: "other", Names: names("その他", "そのほか", "Other")},
		},
	}
}
