package reservation

import "madoguchi/i18n"

// inOrder is the order in which the sample's names stand.
var inOrder = []i18n.Lang{
	i18n.Japanese, i18n.EasyJapanese, i18n.English, "zh-Hans", "zh-Hant", "ko", "vi", "ne", "pt-BR", "es", "fil", "id",
}

// Sample returns the settings of the sample municipality みほん市: three
// counters with different hours, closed on national holidays and over the turn
// of the year, bookable from 30 days to one hour ahead.
//
// Texts in やさしい日本語 carry furigana as [漢字|かんじ].
func Sample() Settings {
	weekdays := Days{Weekdays: []string{"mon", "tue", "wed", "thu", "fri"}}
	saturdays := Days{Weekdays: []string{"sat"}}
	// In the order of inOrder; what only staff read has the first three.
	names := func(in ...string) Names {
		n := Names{}
		for i, words := range in {
			n[inOrder[i]] = words
		}
		return n
	}
	return Settings{
		Counters: []Counter{
			{
				ID: "honcho",
				Names: names("本庁 市民課窓口",
					"[市役所|しやくしょ]（[本庁|ほんちょう]） [市民課|しみんか]の [受付|うけつけ]",
					"City Hall, Citizens' Affairs counter",
					"市政府（本庁）市民课窗口", "市政府（本庁）市民課窗口", "시청(本庁) 시민과 창구",
					"Tòa thị chính (本庁), quầy Ban Dịch vụ công dân", "नगरपालिका (本庁), नागरिक शाखा काउन्टर", "Prefeitura (本庁), balcão da Divisão de Cidadãos",
					"Municipalidad (本庁), ventanilla de Asuntos Ciudadanos", "City Hall (本庁), counter ng Citizens' Affairs", "Balai Kota (本庁), loket Urusan Warga"),
				Place: names("みほん市役所 本庁舎 1階 市民課",
					"みほん[市役所|しやくしょ] [本庁舎|ほんちょうしゃ] 1[階|かい] [市民課|しみんか]",
					"Mihon City Hall, main building, 1st floor, Citizens' Affairs Division",
					"美本市政府 本厅舍 1楼 市民课", "美本市政府 本廳舍 1樓 市民課", "미혼 시청 본청사 1층 시민과",
					"Tòa thị chính Mihon, tòa nhà chính, tầng 1, Ban Dịch vụ công dân", "मिहोन नगरपालिका, मुख्य भवन, पहिलो तल्ला, नागरिक शाखा", "Prefeitura de Mihon, prédio principal, 1º andar, Divisão de Cidadãos",
					"Municipalidad de Mihon, edificio principal, 1.er piso, Asuntos Ciudadanos", "Mihon City Hall, pangunahing gusali, 1st floor, Citizens' Affairs", "Balai Kota Mihon, gedung utama, lantai 1, Urusan Warga"),
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
					"Ekimae Branch Office (at the station)",
					"站前办事处（駅前出張所）", "站前辦事處（駅前出張所）", "역앞 출장소(駅前出張所)",
					"Chi nhánh trước ga (駅前出張所)", "स्टेशन अगाडिको शाखा कार्यालय (駅前出張所)", "Posto da estação (駅前出張所)",
					"Oficina de la estación (駅前出張所)", "Sangay sa istasyon (駅前出張所)", "Kantor cabang depan stasiun (駅前出張所)"),
				Place: names("みほん駅前ビル 2階",
					"みほん[駅前|えきまえ]ビル 2[階|かい]",
					"Mihon Ekimae Building, 2nd floor",
					"美本站前大楼 2楼（みほん駅前ビル）", "美本站前大樓 2樓（みほん駅前ビル）", "미혼역앞 빌딩 2층(みほん駅前ビル)",
					"Tòa nhà Mihon Ekimae, tầng 2 (みほん駅前ビル)", "मिहोन एकिमाए भवन, दोस्रो तल्ला (みほん駅前ビル)", "Edifício Mihon Ekimae, 2º andar (みほん駅前ビル)",
					"Edificio Mihon Ekimae, 2.º piso (みほん駅前ビル)", "Mihon Ekimae Building, 2nd floor (みほん駅前ビル)", "Gedung Mihon Ekimae, lantai 2 (みほん駅前ビル)"),
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
					"Nishi Support Center",
					"西支援中心（西サポートセンター）", "西支援中心（西サポートセンター）", "니시 지원센터(西サポートセンター)",
					"Trung tâm hỗ trợ Nishi (西サポートセンター)", "निशि सहायता केन्द्र (西サポートセンター)", "Centro de Apoio Nishi (西サポートセンター)",
					"Centro de Apoyo Nishi (西サポートセンター)", "Nishi Support Center (西サポートセンター)", "Pusat Bantuan Nishi (西サポートセンター)"),
				Place: names("西サポートセンター 1階",
					"[西|にし]サポートセンター 1[階|かい]",
					"Nishi Support Center, 1st floor",
					"西支援中心 1楼（西サポートセンター）", "西支援中心 1樓（西サポートセンター）", "니시 지원센터 1층(西サポートセンター)",
					"Trung tâm hỗ trợ Nishi, tầng 1 (西サポートセンター)", "निशि सहायता केन्द्र, पहिलो तल्ला (西サポートセンター)", "Centro de Apoio Nishi, 1º andar (西サポートセンター)",
					"Centro de Apoyo Nishi, 1.er piso (西サポートセンター)", "Nishi Support Center, 1st floor (西サポートセンター)", "Pusat Bantuan Nishi, lantai 1 (西サポートセンター)"),
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
					"Picking up a My Number card",
					"领取个人编号卡", "領取個人編號卡", "마이넘버카드 수령",
					"Nhận thẻ My Number", "माइ नम्बर कार्ड लिने", "Retirada do cartão My Number",
					"Recoger la tarjeta My Number", "Pagkuha ng My Number Card", "Pengambilan kartu My Number"),
				PerPerson: true, MaxPersons: 4,
			},
			{
				ID: "move",
				Names: names("引っ越しの届出",
					"[引|ひ]っ[越|こ]しを [知|し]らせる",
					"Moving notification",
					"搬家申报", "搬家申報", "이사 신고",
					"Khai báo chuyển nhà", "ठाउँसारीको दर्ता", "Notificação de mudança",
					"Notificación de mudanza", "Pag-uulat ng paglipat", "Lapor pindah"),
				MaxPersons: 10,
			},
			{
				ID: "move-foreign", Slots: 2,
				Names: names("引っ越しの届出（外国籍の方がいる世帯）",
					"[引|ひ]っ[越|こ]しを [知|し]らせる（[外国|がいこく]の [人|ひと]が いる [家族|かぞく]）",
					"Moving notification (households with foreign residents)",
					"搬家申报（有外国籍成员的家庭）", "搬家申報（有外國籍成員的家庭）", "이사 신고(외국 국적자가 있는 세대)",
					"Khai báo chuyển nhà (hộ có người nước ngoài)", "ठाउँसारीको दर्ता (विदेशी सदस्य भएको परिवार)", "Notificação de mudança (famílias com estrangeiros)",
					"Notificación de mudanza (hogares con extranjeros)", "Pag-uulat ng paglipat (sambahayang may dayuhan)", "Lapor pindah (keluarga dengan warga asing)"),
				MaxPersons: 10,
			},
			{
				ID: "consult",
				Names: names("窓口での相談",
					"[受付|うけつけ]で [相談|そうだん]する",
					"Consultation at the counter",
					"窗口咨询", "窗口諮詢", "창구 상담",
					"Tư vấn tại quầy", "काउन्टरमा परामर्श", "Consulta no balcão",
					"Consulta en la ventanilla", "Konsultasyon sa counter", "Konsultasi di loket"),
				MaxPersons: 4,
			},
		},
		Closures: []Closure{{
			Days: Days{From: "12-29", To: "01-03"},
			Reason: names("年末年始", "[年末年始|ねんまつねんし]の [休|やす]み", "New Year holidays",
				"年末年初休息", "年末年初休息", "연말연시",
				"Nghỉ cuối năm và đầu năm", "नयाँ वर्षको बिदा", "Feriado de fim e início de ano",
				"Feriado de fin y comienzo de año", "Bakasyon sa Bagong Taon", "Libur akhir dan awal tahun"),
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
