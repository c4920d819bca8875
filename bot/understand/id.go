package understand

// indonesian as it is written in messages: bsk, tgl, gak, org.
var indonesian = words{
	lang:  "id",
	order: dayFirst,
	terms: joinTerms(
		of(relDay, 0, "hari ini|skrg|sekarang|hr ini"), of(relDay, 1, "besok|bsk|esok|besuk"), of(relDay, 2, "lusa|besok lusa"), of(relDay, 3, "tulat"), of(relDay, -1, "kemarin|kmrn"), of(relDay, -2, "kemarin lusa|kemarin dulu"),
		of(relWeek, 0, "minggu ini|pekan ini"), of(relWeek, 1, "minggu depan|pekan depan|mgg depan|minggu dpn|minggu besok"), of(relWeek, 2, "dua minggu depan|minggu depannya lagi"), of(relWeek, -1, "minggu lalu|minggu kemarin|pekan lalu"),
		of(relMonth, 0, "bulan ini|bln ini"), of(relMonth, 1, "bulan depan|bln depan|bulan berikutnya"), of(relMonth, -1, "bulan lalu|bulan kemarin"), of(relYear, 0, "tahun ini"), of(relYear, 1, "tahun depan"), of(relYear, -1, "tahun lalu|tahun kemarin"),
		of(weekend, 0, "akhir pekan|akhir minggu|akhir pekan ini|akhir minggu ini|weekend"), of(weekend, 1, "akhir pekan depan|akhir minggu depan"), of(endOf, 0, "akhir|hari terakhir|ujung"),
		of(weekday, 0, "hari minggu|hari ahad|ahad|minggu tanggal"), inOrder(weekday, 1, "senin|sen|hari senin", "selasa|sel|hari selasa", "rabu|rab|hari rabu", "kamis|kam|hari kamis", "jumat|jum'at|jum|jumaat|hari jumat|hari jum'at", "sabtu|sab|hari sabtu"),
		inOrder(monthName, 1, "januari|jan", "februari|pebruari|feb", "maret|mar", "april|apr", "mei", "juni|jun", "juli|jul", "agustus|agt|agu|ags", "september|sept|sep", "oktober|okt", "november|nopember|nov", "desember|des"),
		of(monthMark, 0, "bulan|bln"), of(dayMark, 0, "tanggal|tgl|tgl."), of(days, 0, "hari|hr"), of(weeks, 1, "minggu"), of(weeks, 0, "pekan|mgg"), of(years, 0, "tahun|thn"), of(daySpan, 7, "seminggu|satu minggu|sepekan"), of(daySpan, 14, "dua pekan"),
		of(after, 0, "lagi|ke depan|dari sekarang|kemudian|dari hari ini"), of(ago, 0, "yang lalu|lalu"), of(within, 0, "dalam|dlm"), of(thisOne, 0, "ini"), of(upcoming, 0, "mendatang|yang akan datang|terdekat"), of(nextOne, 0, "depan|dpn|berikutnya"),

		of(atMark, 0, "jam|pukul|pkl|jm"), of(hourUnit, 0, "wib|h"), of(minuteUnit, 0, "menit|mnt"), of(beforeHour, -30, "setengah|stengah"), of(plus, 0, "lewat|lebih"), of(less, 0, "kurang"), of(quarter, 0, "seperempat|seprempat"), of(half, 0, "setengah jam"),
		of(amPM, 0, "pagi|subuh"), of(amPM, 1, "sore"), of(dayPart, partMorning, "pagi hari|pagi-pagi|di pagi hari|pagi pagi"), of(dayPart, partDaytime, "siang|siang hari"), of(dayPart, partAfternoon, "habis makan siang|setelah makan siang"), of(dayPart, partEvening, "sore hari|di sore hari"), of(dayPart, partNight, "malam|malam hari|mlm"),
		of(clock, 720, "tengah hari|siang bolong"), of(clock, 0, "tengah malam"),
		of(from, 0, "setelah jam|setelah pukul|setelah|sesudah|mulai jam|mulai|di atas jam|dari jam|dari|ke atas"), of(until, 0, "sebelum jam|sebelum|paling lambat|sampai jam|sampai|hingga|s/d|s.d."), of(around, 0, "sekitar jam|sekitar|kira-kira|kira kira|kurang lebih|an"),
		of(later, 0, "lebih lambat|lebih siang|lebih sore|yang lebih lama|jadwal lain setelahnya|lihat lagi|selanjutnya"), of(earlier, 0, "lebih awal|lebih cepat|lebih pagi"),
		of(soonest, 0, "secepatnya|secepat mungkin|sesegera mungkin|paling cepat|yang paling cepat|paling awal|kapan saja|kapan aja|jam berapa saja|jam berapa aja|hari apa saja|hari apa aja|bebas|terserah"),
		of(anyOther, 0, "hari lain|tanggal lain|jam lain|waktu lain|yang lain|tidak ada yang cocok|gak ada yang cocok|tidak ada yang bisa|lainnya"),
		of(or, 0, "atau|ato"), of(not, 0, "tidak|gak|nggak|enggak|ga|bukan|kecuali|selain|tidak bisa|gak bisa|belum"),

		of(person, 0, "orang|org|orang saja|jiwa"), of(counted, 0, "buah|lembar|kali|yen"),
		inOrder(people, 2, "berdua|kami berdua|kita berdua", "bertiga|kami bertiga", "berempat|kami berempat", "berlima|kami berlima", "berenam"), of(people, 1, "sendiri|sendirian|saya sendiri|seorang diri|seorang"), of(self, 1, "istri saya|suami saya|ibu saya|ayah saya|bapak saya"), of(adults, 0, "dewasa|orang dewasa|anak|anak-anak|bayi"),
		of(ordinal, 1, "pertama|kesatu|ke-1|yang pertama"), of(ordinal, 2, "kedua|ke-2|yang kedua"), of(ordinal, 3, "ketiga|ke-3|yang ketiga"), of(ordinal, 4, "keempat|ke-4|yang keempat"), of(ordinal, 5, "kelima|ke-5"), of(lastOne, 0, "terakhir|yang terakhir|paling bawah"), of(ordinal, 1, "paling atas"),
		inOrder(num, 0, "nol|kosong", "satu|se", "dua|dwi", "tiga", "empat", "lima", "enam", "tujuh", "delapan|dlpn", "sembilan", "sepuluh", "sebelas"),
		inOrder(num, 12, "dua belas|duabelas", "tiga belas|tigabelas", "empat belas|empatbelas", "lima belas|limabelas", "enam belas|enambelas", "tujuh belas|tujuhbelas", "delapan belas|delapanbelas", "sembilan belas|sembilanbelas"),
		of(thousand, 10, "puluh"), of(thousand, 100, "ratus"), of(num, 100, "seratus"), of(num, 1000, "seribu"), of(thousand, 1000, "ribu"), of(num, 12, "selusin"), of(dash, 0, "minus"),
		of(filler, 0, "bisa nggak|bisa gak|bisa ga|bisa enggak|bisa tidak|boleh nggak|boleh gak|boleh tidak|gimana|saya|sy|aku|kami|kita|mau|ingin|pengen|ya|iya|dong|deh|aja|saja|sih|nih|kok|tolong|mohon|terima kasih|makasih|bisa|boleh|bisa gak|pada|di|untuk|buat|yang|dengan|sama|dan|lahir|lahir tanggal|kelahiran|tanggal lahir|tgl lahir|adalah|itu|ada|total|semua|semuanya|keluarga|cuma|hanya|tepat|pas|janji|reservasi|booking|jadwal|datang|pergi|ke|kalau|kalo|oke|ok|nomor|no|pilihan|opsi|pilih|waktu|mungkin jam|-nya|nya|halo"),
	),
	yes:     split("ya|iya|y|yaa|iyaa|ya betul|ya benar|iya benar|iya betul|betul|benar|bener|betul sekali|benar sekali|tepat|oke|ok|okay|okey|sip|siap|boleh|bisa|baik|baiklah|tentu|tentu saja|pasti|setuju|saya setuju|ada|sudah|udah|udh|sdh|sudah ada|punya|saya punya|mau|saya mau|iya mau|lanjut|lanjutkan|silakan|silahkan|konfirmasi|sesuai|sudah benar|sudah betul|sudah sesuai|tidak masalah|gak masalah|yoi|yup|yes|ya tolong|ya terima kasih|iya dong|jadi|cocok|iya sudah"),
	no:      split("tidak|tdk|gak|ga|g|gk|nggak|ngga|enggak|engga|kagak|tidak ada|gak ada|ga ada|nggak ada|tidak punya|gak punya|ga punya|bukan|belum|blm|belum ada|belum punya|tidak perlu|gak perlu|ga perlu|nggak usah|gak usah|tidak usah|salah|tidak benar|tidak betul|tidak sesuai|tidak setuju|saya tidak setuju|tidak mau|gak mau|ga mau|jangan|tidak terima kasih|tidak makasih|gak makasih|nggak makasih|tidak bisa|gak bisa|ga bisa|no|batal tidak"),
	either:  split("terserah|terserah saja|gpp|gak apa-apa|tidak apa-apa|gapapa"),
	unsure:  split("tidak*yakin|kurang yakin|gak yakin|nggak yakin|ga yakin|belum tentu|tidak*ingat|gak ingat|tidak tahu|gak tahu|gak tau|ga tau|nggak tahu|nggak tau|tidak yakin|kurang tahu|kurang tau|kurang yakin|belum tahu|belum tau|belum yakin|tidak mengerti|gak ngerti|ga ngerti|tidak paham|gak paham|mungkin|mungkin saja|sepertinya|kayaknya|belum pasti|entah"),
	heads:   split("saya|sy|aku|saya mau|mau|saya ingin|ingin|saya pilih|pilih|yang|ya|iya|tolong|mohon|kalau|itu|oke|hmm|eh|buat|untuk|di|ke"),
	tails:   split("ya|yah|dong|deh|aja|saja|sih|nih|tolong|terima kasih|makasih|mas|mbak|pak|bu|kak|min|bisa|boleh|kalau bisa|kak ya|kok|lah"),
	numbers: []term{{"selusin", num, 12}, {"setengah lusin", num, 6}, {"sepasang", num, 2}},
	company: joinTerms(
		of(speaker, 1, "saya|aku|gue|gua|diri sendiri|kami|kita|ane"),
		of(self, 1, "istri|suami|istri saya|suami saya|istriku|suamiku|istri gue|ibu|ayah|bapak|mama|papa|mamah|ibu saya|ayah saya|bapak saya|ibu mertua|bapak mertua|mertua|bayi saya|si kecil|nenek|kakek|pacar"),
		of(kin, 1, "bayi|anak bayi|kakak|adik|adek|kakak saya|adik saya|cucu|keponakan|sepupu|om|tante|teman|temen|teman saya|teman sekamar|rekan|penerjemah|putra|putri|anak laki-laki|anak perempuan|bocah"),
		of(kin, 2, "orang tua|ortu|orang tua saya|kakek nenek|kembar|anak kembar"),
		of(couple, 0, "keluarga|sekeluarga"),
		of(couple, 2, "suami istri|suami-istri|pasutri|sepasang suami istri|pasangan|sepasang|ibu dan anak|ibu anak"),
		of(kin, 0, "anak|anak-anak|anak saya|dewasa|orang dewasa|balita|teman-teman|pemagang|magang|karyawan|pelajar|siswa|mahasiswa|saudara|anak kecil"),
		of(total, 0, "jadi|total|totalnya|jumlahnya|semuanya|seluruhnya|semua|jumlah|jadinya"), of(added, 0, "tambah|plus|ditambah"),
	),
	nobody: split("gak ada|tidak ada|nggak ada|ga ada|tak ada|gak ada siapa-siapa|tidak ada siapa-siapa|nol|kosong|enggak ada|gaada|ndak ada|tidak ada orang"),
	parties: []partyPhrase{
		{"cuma aku", 1, 0.95}, {"cuma saya", 1, 0.95}, {"saya aja", 1, 0.95}, {"aku aja", 1, 0.95}, {"saya doang", 1, 0.95}, {"aku doang", 1, 0.95}, {"saya saja", 1, 0.95}, {"hanya saya", 1, 0.95}, {"gue doang", 1, 0.95},
		{"saya sendiri", 1, 0.95}, {"sendiri", 1, 0.95}, {"sendirian", 1, 0.95}, {"saya saja", 1, 0.95}, {"saya aja", 1, 0.95}, {"cuma saya", 1, 0.95}, {"hanya saya", 1, 0.95}, {"saya", 1, 0.8}, {"seorang", 1, 0.9}, {"satu orang", 1, 0.95},
		{"saya dan istri", 2, 0.95}, {"saya dan suami", 2, 0.95}, {"saya sama istri", 2, 0.95}, {"saya sama suami", 2, 0.95}, {"berdua", 2, 0.95}, {"suami istri", 2, 0.9}, {"saya dan anak", 2, 0.7},
	},
	commands: joinPhrases(
		say(Thanks, 0, "terima kasih|makasih|terima kasih banyak|makasih banyak|trims|thanks ya|tq|makasih ya|mksh|terimakasih"),
		say(Back, 0, "kembali|balik|mundur|kembali ke sebelumnya|kembali ke pertanyaan sebelumnya|pertanyaan sebelumnya|sebelumnya|langkah sebelumnya|ke sebelumnya|mau kembali|saya mau kembali|balik lagi"),
		say(Correct, 0, "perbaiki|koreksi|saya mau koreksi|ubah jawaban|saya mau ubah jawaban|saya ingin mengubah jawaban|mau ubah jawaban|ganti jawaban|saya mau ganti jawaban|mengubah jawaban|salah isi|saya salah isi|salah ketik|saya salah ketik|salah tulis|salah pilih|saya salah pilih|salah pencet|edit|betulkan|mau diperbaiki|saya salah|ralat"),
		say(Repeat, 0, "ulangi|tolong ulangi|tolong diulang|ulang lagi|ulangi lagi|coba ulangi|bisa diulang|bisa ulangi|sekali lagi|apa tadi|tadi apa|apa katanya|tidak dengar|gak dengar|ulangi pertanyaan|ulangi pertanyaannya|gimana tadi"),
		say(Restart, 0, "mulai dari awal|dari awal|dari awal lagi|mulai lagi|mulai ulang|ulang dari awal|ulangi dari awal|kembali ke awal|reset|menu|menu utama|ke menu|ke awal|mulai dari awal lagi"),
		say(Stop, 0, "berhenti|stop dulu|saya mau berhenti|mau berhenti|selesai|sudahi|keluar|akhiri|udahan|sudah cukup|cukup|tidak jadi|gak jadi|ga jadi|nggak jadi|tidak usah dilanjutkan|hentikan|sampai jumpa"),
		say(Stop, cancelConfidence, "batal|batalkan|saya mau batal|mau batal|dibatalkan|saya mau batalkan|cancel aja"),
		say(Person, 0, "petugas|bicara dengan petugas|saya mau bicara dengan petugas|mau bicara dengan petugas|hubungi petugas|hubungkan dengan petugas|panggil petugas|bicara dengan orang|mau bicara dengan orang|saya mau bicara dengan orang|bicara dengan manusia|manusia|orang asli|staf|bicara dengan staf|pegawai|bicara dengan pegawai|admin|cs|customer service|operator dong|mau ngomong sama orang|ngobrol sama orang"),
		say(Language, 0, "bahasa|ganti bahasa|ubah bahasa|mengganti bahasa|pilih bahasa|bahasa lain|tidak bisa bahasa jepang|saya tidak bisa bahasa jepang|gak bisa bahasa jepang|tidak mengerti bahasa jepang|saya tidak mengerti bahasa jepang|tidak paham bahasa jepang"),
		say(Help, 0, "bantuan|tolong bantu|bantu saya|tolong|minta tolong|apa artinya|apa maksudnya|maksudnya apa|artinya apa|ini apa|apa ini|apa itu|tidak mengerti|saya tidak mengerti|gak ngerti|tidak paham|saya tidak paham|bingung|saya bingung|jelaskan|tolong jelaskan"),
		say(Help, 0.85, "tidak tahu|saya tidak tahu|gak tau|gak tahu|nggak tau|kenapa|kenapa ditanya|lupa|saya lupa|kurang tahu"),
		say(Skip, 0, "lewati|lewat|lewati saja|lewati pertanyaan ini|skip aja|lanjut ke berikutnya|pertanyaan berikutnya|berikutnya|tidak mau menjawab|tidak mau jawab|tidak ingin menjawab|kosongkan|dikosongkan saja"),
	),
	loose: []commandPhrase{
		{Person, "*orang*bicara*", 0.85}, {Person, "*petugas*bicara*", 0.85}, {Person, "*orang*dihubungi*", 0.85},
		{Person, "*sambung*petugas*", 0.85}, {Person, "*sambung*orang*", 0.85}, {Person, "*hubung*orang*", 0.85}, {Person, "*bicara*orang*", 0.85}, {Person, "*bicara*petugas*", 0.85}, {Person, "*ngobrol*petugas*", 0.85}, {Person, "*tanya*petugas*", 0.85}, {Person, "*tanya langsung*", 0.8}, {Person, "*bicara*seseorang*", 0.85}, {Back, "*balik*pertanyaan*", 0.85}, {Back, "*kembali*pertanyaan*", 0.85},
		{Correct, "*ubah {}", 0.65}, {Correct, "*ganti {}", 0.65}, {Correct, "*memperbaiki {}", 0.9}, {Correct, "*perbaiki {}", 0.9}, {Correct, "*koreksi {}", 0.9}, {Correct, "{} salah", 0.8}, {Correct, "{} saya salah", 0.9}, {Correct, "salah isi {}", 0.9}, {Correct, "*ubah jawaban*", 0.9}, {Correct, "*ganti jawaban*", 0.9},
		{Person, "*bicara dengan petugas*", 0.9}, {Person, "*bicara dengan orang*", 0.9}, {Person, "*bicara dengan staf*", 0.9}, {Person, "*bicara sama orang*", 0.9}, {Person, "*bicara sama petugas*", 0.9}, {Person, "*ngobrol sama orang*", 0.9}, {Person, "*ngobrol dengan orang*", 0.9}, {Person, "*ngomong sama orang*", 0.9}, {Person, "*ngomong sama petugas*", 0.9}, {Person, "*bicara langsung*", 0.85}, {Person, "*dengan manusia*", 0.85}, {Person, "*bicara dengan pegawai*", 0.9}, {Person, "*hubungkan*petugas*", 0.9}, {Person, "*orang langsung*", 0.8}, {Person, "*bicara dengan seseorang*", 0.9},
		{Restart, "*dari awal*", 0.85}, {Back, "*pertanyaan sebelumnya*", 0.85}, {Back, "*kembali ke sebelumnya*", 0.85}, {Repeat, "*tolong ulangi*", 0.85}, {Repeat, "*ulangi pertanyaan*", 0.9}, {Repeat, "*bisa diulang*", 0.85}, {Repeat, "*sekali lagi*", 0.75},
		{Language, "*tidak bisa bahasa jepang*", 0.9}, {Language, "*tidak mengerti bahasa jepang*", 0.9}, {Language, "*ganti bahasa*", 0.9}, {Language, "*ubah bahasa*", 0.9}, {Language, "*gak bisa bahasa jepang*", 0.9},
		{Stop, "*mau berhenti*", 0.85}, {Stop, "*tidak jadi*", 0.75}, {Stop, "*gak jadi*", 0.75},
		{Help, "apa itu {}", 0.9}, {Help, "{} itu apa", 0.9}, {Help, "apa arti {}", 0.95}, {Help, "apa artinya {}", 0.95}, {Help, "apa maksud {}", 0.95},
		{Skip, "*tidak mau menjawab*", 0.85}, {Skip, "*lewati pertanyaan*", 0.85},
	},
	lacking:      split("belum|tidak punya|gak punya|tidak ada|gak ada"),
	switchWords:  split("pakai|pake|dalam|ganti|ganti ke|ke|ubah|ubah ke|bisa|boleh|dengan|pakai bahasa|dalam bahasa|bahasa|tolong|saya|saya mau|mau|ada|ya|dong|aja|saja|bicara|ngomong|gunakan|gak|tidak|hanya|cuma|bisanya|minta|versi|kah"),
	strongSwitch: split("pakai bahasa|ganti ke|dalam bahasa|ubah ke"),
	stop:         split("ngapain|gak|nggak|tidak|jadi|nya|lagi|dulu|nanti|kenapa|supaya|karena|tapi|juga|sekarang|tadi|gitu|kita|ga|ke sini|sini|situ|sana|gimana kalau|baru aja|ngapain aja|saya|aku|kami|mau|ingin|pengen|ya|dong|yang|di|ke|dan|untuk|buat|dengan|sama|ini|itu|ada|apa|bagaimana|gimana|caranya|cara|tolong|halo|hai|selamat|pagi|siang|sore|terima|kasih|makasih|bisa|boleh|harus|perlu|baru|sudah|udah|saja|aja|nih|sih|kalau|kalo|dari|adalah|kah|mohon|kak|pak|bu|mas|mbak|urus|mengurus"),
	common:       "saya aku kami mau ingin pengen ya dong yang di ke dan untuk buat dengan sama ini itu ada apa bagaimana gimana caranya cara tolong halo selamat pagi siang sore malam terima kasih makasih bisa boleh harus perlu baru sudah udah belum saja aja kalau dari adalah mohon tidak gak nggak bukan kartu ambil mengambil pindah rumah alamat kota janji reservasi jadwal batalkan membatalkan ubah mengubah ganti hilang lupa petugas bicara orang bahasa inggris jepang besok lusa minggu bulan depan senin selasa rabu kamis jumat sabtu jam tanggal kembali ulangi mulai awal berhenti",
	stem: func(w []byte) []byte {
		w = cut(w, 4, "kannya", "nya", "kan", "an", "lah", "kah")
		for _, m := range [...][2]string{{"meny", "s"}, {"meng", ""}, {"mem", ""}, {"men", ""}, {"me", ""}} {
			if rest := cutFront(w, 4, m[0]); len(rest) < len(w) {
				return rest
			}
		}
		return cutFront(w, 4, "ber", "di", "ter", "pe", "ke")
	},
}
