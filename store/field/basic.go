package field

import "madoguchi/i18n"

// basic is a field that every municipality knows. Its name and question in the
// languages of residents are in the catalogs, under fields.name.ID and
// fields.ask.ID.
type basic struct {
	id   string
	name string // as on the paper forms, for the console
	kind Kind
}

// basics are the basic fields of each form, in the order of the paper forms
// (S4-005, S4-058).
var basics = map[Form][]basic{
	Registration: {
		{"name", "氏名", Name}, {"kana", "フリガナ", Kana}, {"sex", "性別", Choice}, {"born", "生年月日", Birthdate},
		{"postal", "郵便番号", Postal}, {"address", "住所", Address}, {"phone", "電話番号", Phone},
		{"phone2", "電話番号（確認先）", Phone}, {"fax", "FAX番号", Phone}, {"mail", "メールアドレス", Mail},
		{"password", "パスワード", Password}, {"news", "お知らせメール", YesNo}, {"login", "ログインID", Line}, {"manage", "管理ID", Line},
	},
	Application: {
		{"name", "氏名", Name}, {"kana", "フリガナ", Kana}, {"sex", "性別", Choice}, {"born", "生年月日", Birthdate},
		{"postal", "郵便番号", Postal}, {"address", "住所", Address}, {"phone", "電話番号", Phone},
		{"phone2", "電話番号（確認先）", Phone}, {"fax", "FAX番号", Phone}, {"mail", "メールアドレス", Mail},
	},
}

// basicOf finds a basic field.
func basicOf(form Form, id string) (basic, bool) {
	for _, b := range basics[form] {
		if b.id == id {
			return b, true
		}
	}
	return basic{}, false
}

// sexes are the choices of 性別. Nobody has to say which.
func sexes(texts *i18n.Catalog) []Option {
	var out []Option
	for _, value := range []string{"female", "male", "other"} {
		o := Option{Value: value, Label: Names{}}
		text := texts.Text("fields.sex." + value)
		for _, lang := range texts.Languages() {
			o.Label[lang] = text.In(lang)
		}
		out = append(out, o)
	}
	return out
}

// Default is what a municipality that has set nothing asks: nothing at all
// (S4-020). 住基カードの有無 lies ready, off: the last such cards ended in 2025,
// but some still hand theirs back (S4-026).
func Default() Settings {
	s := Settings{Forms: map[Form]*Sheet{}}
	for _, form := range Forms {
		sheet := &Sheet{}
		for _, b := range basics[form] {
			sheet.Basic = append(sheet.Basic, Basic{ID: b.id})
		}
		s.Forms[form] = sheet
	}
	s.Forms[Application].Custom = []Custom{{
		ID: "juki-card", Kind: Choice, Class: true,
		Heading: Names{
			i18n.Japanese: "住基カードの有無", i18n.EasyJapanese: "[住基|じゅうき]カードを [持|も]って いますか",
			i18n.English: "Basic Resident Registration Card (住基カード)",
		},
		Ask: Names{
			i18n.Japanese:     "住民基本台帳カード（住基カード）をお持ちですか。お持ちの方は、窓口で回収します。",
			i18n.EasyJapanese: "[住基|じゅうき]カードを [持|も]って いますか。[持|も]って いる [人|ひと]は、[窓口|まどぐち]に [持|も]って きて ください。",
			i18n.English:      "Do you have a Basic Resident Registration Card (住基カード)? If you do, it will be collected at the counter.",
		},
		Choices: []Option{
			{Value: "none", Label: Names{i18n.Japanese: "なし", i18n.EasyJapanese: "[持|も]って いません", i18n.English: "No"}},
			{Value: "held", Label: Names{i18n.Japanese: "あり", i18n.EasyJapanese: "[持|も]って います", i18n.English: "Yes"}},
		},
	}}
	return s
}

// BasicName is the name of a basic field on the paper form.
func BasicName(form Form, id string) string {
	b, _ := basicOf(form, id)
	return b.name
}
