package photo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/bot/understand/photo"
	"madoguchi/i18n/civil"
)

var today = civil.DateTime{Date: civil.Date{Year: 2026, Month: 11, Day: 25}, Clock: 9 * 60}

// S0-013: what tesseract makes of cards and letters, right and wrong.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       photo.Reading
	}{
		{"the front of a My Number card", `氏名 見本 花子
住所 北海道札幌市中央区北一条西二丁目1番地
みほんハイツ203号
平成 2年 4月 1日生          性別 女
2035年4月1日まで有効
みほん市長
`, photo.Reading{Values: map[photo.Field]string{
			photo.Name: "見本 花子", photo.Born: "1990-04-01", photo.Sex: "female",
			photo.Address: "北海道札幌市中央区北一条西二丁目1番地 みほんハイツ203号",
		}}},
		{"a letter: the sender's postal code is not the resident's", `〒060-0001
札幌市中央区北一条西2丁目1-1
みほんハイツ203
見本 太郎 様

〒060-8611 みほん市北一条西二丁目
みほん市役所 市民課 電話 011-000-0000
`, photo.Reading{Values: map[photo.Field]string{
			photo.Name: "見本 太郎", photo.Postal: "0600001", photo.Address: "札幌市中央区北一条西2丁目1-1 みほんハイツ203",
		}}},
		{"a residence card, 月 read as 朋", `在留カード                                      AB12345678CD
氏名     NGUYEN VAN AN
生年朋日 1995年08月15日      性別 男M.
国籍・地域 ベトナム
住居地 東京都千代田区霞が関1丁目1番1号霞が関ハイツ202号
在留資格 留学
在留期間(満了日)4年3月(2027年10月20日)
`, photo.Reading{Values: map[photo.Field]string{
			photo.Name: "NGUYEN VAN AN", photo.Born: "1995-08-15", photo.Sex: "male",
			photo.Address: "東京都千代田区霞が関1丁目1番1号霞が関ハイツ202号",
		}}},
		{"a driving licence: name and date on one line, the licence number nowhere", `氏名 見本 太郎                昭和55年 1月 5日生
住所 東京都千代田区霞が関2-1-2
交付 令和04年05月10日 12345
2027年(令和09年)02月05日まで有効
第 305012345670 号
二-小*原 平成11年04月01日
`, photo.Reading{Values: map[photo.Field]string{
			photo.Name: "見本 太郎", photo.Born: "1980-01-05", photo.Address: "東京都千代田区霞が関2-1-2",
		}}},
		{"labels alone on their lines", `氏 名
見本 花子
フリガナ
ミホン ハナコ
生年月日
昭和64年1月7日
性別
女
`, photo.Reading{Values: map[photo.Field]string{
			photo.Name: "見本 花子", photo.Kana: "ミホン ハナコ", photo.Born: "1989-01-07", photo.Sex: "female",
		}}},
		{"letters set apart one by one", "氏 名 見 本 花 子\n住 所 札 幌 市 北 区 1 - 2", photo.Reading{Values: map[photo.Field]string{
			photo.Name: "見本花子", photo.Address: "札幌市北区1-2",
		}}},
		{"full-width digits and the postal code in the address", "住所　〒０６０－０００１　札幌市中央区北一条西１－２\n", photo.Reading{Values: map[photo.Field]string{
			photo.Postal: "0600001", photo.Address: "札幌市中央区北一条西1-2",
		}}},
		{"a day that does not exist is no date", "生年月日 平成31年5月40日\n昭和70年2月30日生", photo.Reading{}},
		{"a date in the future is nobody's birthday", "生年月日 令和30年1月1日", photo.Reading{}},
		{"only a validity date", "2035年4月1日まで有効\n交付 令和4年5月10日", photo.Reading{}},
		{"two dates of birth: neither", "平成2年4月1日生\n平成3年4月1日生", photo.Reading{}},
		{"two postal codes and no addressee: neither", "〒060-0001\n〒060-8611", photo.Reading{}},
		{"a telephone number is no postal code", "〒 011-000-0000\n電話 03-1234-5678", photo.Reading{}},
		{"nobody's name", "世帯主 様\n保護者様\nみほん市役所 御中", photo.Reading{}},
		{"noise", "|_ ~\n。。\n氏名 12345\n住所 ???\nフリガナ ABC\n性別 不", photo.Reading{}},
		{"nothing", "", photo.Reading{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want.Values == nil {
				c.want.Values = map[photo.Field]string{}
			}
			if diff := cmp.Diff(c.want, photo.Read(c.text, today)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Domain-facts 1.9: the back of a My Number card is never read out.
func TestMyNumberIsReportedAndNotRead(t *testing.T) {
	for name, text := range map[string]string{
		"right":              "個人番号 1234 5678 9018\n氏名 見本 花子\n平成2年4月1日生",
		"over two lines":     "1234 5678\n9018\n氏名 見本 花子",
		"in the address":     "住所 札幌市北区1-2 123456789018\n氏名 見本 花子",
		"one digit misread":  "個人番号 1234 5678 9011\n氏名 見本 花子",
		"full-width":         "マイナンバー：１２３４　５６７８　９０１８\n氏名 見本 花子",
		"in a name's place":  "氏名 見本 花子\n氏名 123456789018",
		"where a postal is":  "郵便番号 123-4567-89018\n個人番号 123456789018\n氏名 見本 花子",
		"beside other words": "氏名 見本 花子 個人番号 123456789018",
	} {
		r := photo.Read(text, today)
		if !r.MyNumber {
			t.Errorf("%s: not noticed", name)
		}
		if r.Values[photo.Name] != "見本 花子" {
			t.Errorf("%s: the name is %q", name, r.Values[photo.Name])
		}
		for f, v := range r.Values {
			if strings.Contains(v, "5678") || strings.Contains(v, "＊") {
				t.Errorf("%s: %s holds digits of it: %q", name, f, v)
			}
		}
	}
	if photo.Read("第 305012345671 号\n氏名 見本 花子", today).MyNumber {
		t.Error("a licence number is taken for one")
	}
}

// Whatever an engine makes of a picture: no panic, and nothing with a long number.
func FuzzRead(f *testing.F) {
	f.Add("氏名 見本 花子\n〒060-0001\n住所 札幌市北区1-2\n平成2年4月1日生")
	f.Add("個人番号 1234 5678 9018 様")
	f.Add("住所\n住所\n氏名氏名 殿")
	f.Fuzz(func(t *testing.T, text string) {
		for field, v := range photo.Read(text, today).Values {
			digits := 0
			for _, r := range v {
				if r >= '0' && r <= '9' {
					digits++
				} else if r != ' ' && r != '-' {
					digits = 0
				}
				if digits > 8 {
					t.Fatalf("%s: %q", field, v)
				}
			}
			if v == "" || strings.ContainsRune(v, '\n') {
				t.Fatalf("%s: %q", field, v)
			}
		}
	})
}
