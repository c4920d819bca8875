package people

import (
	"strconv"

	"madoguchi/channels/sheet"
	"madoguchi/i18n"
	"madoguchi/store/reservation"
	"madoguchi/store/resident"
)

// heads are the words that may stand above a column; the first is the one that
// is written.
var heads = map[resident.Field][]string{
	resident.Number:  {"利用者ID", "住民ID", "会員ID"},
	resident.Link:    {"リンクコード", "リンク番号"},
	resident.Name:    {"氏名", "名前"},
	resident.Kana:    {"フリガナ", "カナ氏名", "ふりがな"},
	resident.SexOf:   {"性別"},
	resident.Born:    {"生年月日"},
	resident.Postal:  {"郵便番号"},
	resident.Address: {"住所"},
	resident.Phone:   {"電話番号"},
	resident.Phone2:  {"電話番号(確認先)", "電話番号（確認先）"},
	resident.Fax:     {"FAX番号", "ＦＡＸ番号"},
	resident.Mail:    {"メールアドレス"},
	resident.News:    {"お知らせメール"},
	resident.Login:   {"ログインID"},
	resident.Manage:  {"管理ID"},
	resident.Class:   {"分類"},
	resident.Note:    {"備考"},
}

// Head is the word above a field's column.
func Head(f Field) string {
	if h := heads[f.Field]; h != nil {
		return h[0]
	}
	if f.Label != "" {
		return f.Label
	}
	return f.CustomID()
}

// stateHead is a column that is written, and passed over when read.
const stateHead = "状態"

// ReadTable reads a table of residents. Custom fields stand under their names.
func ReadTable(data []byte, fields []Field) ([]resident.Line, []sheet.Problem) {
	columns := []sheet.Column{{Name: stateHead}}
	for _, f := range fields {
		words := append([]string{Head(f)}, heads[f.Field]...)
		if f.Label != "" {
			words = append(words, f.Label)
		}
		columns = append(columns, sheet.Column{Name: string(f.Field), Heads: words})
	}
	table, problems := sheet.Read(data, columns)
	if len(problems) > 0 {
		return nil, problems
	}
	if !table.Has(string(resident.Number)) && !table.Has(string(resident.Link)) && !table.Has(string(resident.Name)) {
		return nil, []sheet.Problem{{Line: 1, Column: heads[resident.Name][0], Code: "missing-column", Hint: "the column is missing"}}
	}
	lines := make([]resident.Line, len(table.Rows))
	for i, r := range table.Rows {
		lines[i] = line{r, table}
	}
	return lines, nil
}

// line is a row as an import reads it.
type line struct {
	sheet.Row
	table *sheet.Table
}

func (l line) Number() int { return l.Line }

func (l line) Value(f resident.Field) (string, bool) { return l.Get(string(f)), l.table.Has(string(f)) }

// cell is a value as a table has it: readable by Excel and by ReadTable.
func cell(f resident.Field, p *resident.Profile) string {
	value := p.Get(f)
	switch {
	case value == "":
		return ""
	case f == resident.SexOf:
		return map[resident.Sex]string{resident.Male: "男", resident.Female: "女", resident.Other: "その他"}[p.Sex]
	case f == resident.Link:
		return reservation.ShowKey(value)
	case f == resident.News:
		return "希望する"
	case f == resident.Postal:
		return plain(f, p, i18n.Japanese)
	}
	return value
}

// Say is a problem of a table in English, for the shell.
func Say(p resident.LineProblem) string {
	hint := map[string]string{
		"required": "the cell must be filled", "characters": "there are characters that cannot be used", "long": "too long",
		"sex": "write 男, 女 or その他", "date": "not a date that exists, such as 昭和55年6月10日, S55.6.10 or 1980-06-10", "future": "the date is in the future",
		"yes-no": "write 希望する or 希望しない", "number": "letters, digits and hyphens only", "link": "a link code has ten symbols: digits 2-9 and letters without I and O",
		"kana": "write katakana", "postal": "seven digits", "phone": "ten or eleven digits from 0 on", "mail": "not a mail address",
		"login": "half-width letters, digits and symbols only", "taken": "another resident has it", "twice": "the same as in line " + strconv.Itoa(p.Other),
		"many-changes": "more than " + strconv.Itoa(resident.MostChanges) + " records would be changed; divide the file",
	}[p.Code]
	if p.Line == 0 {
		return hint
	}
	return sheet.Problem{Line: p.Line, Column: Head(Field{Field: p.Field}), Code: p.Code, Hint: hint}.String()
}
