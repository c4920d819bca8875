package resident

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"madoguchi/i18n/civil"
)

// Field names one item of a profile: the fourteen basic ones of S4-005 without
// the password, which is not kept here, and those of the roster itself. Custom
// fields are "custom." and their id.
type Field string

// The fields, in the order of forms and tables.
const (
	Number  Field = "number"  // 利用者ID (住民ID)
	Link    Field = "link"    // リンクコード (リンク番号)
	Name    Field = "name"    // 氏名
	Kana    Field = "kana"    // フリガナ
	SexOf   Field = "sex"     // 性別
	Born    Field = "born"    // 生年月日
	Postal  Field = "postal"  // 郵便番号
	Address Field = "address" // 住所
	Phone   Field = "phone"   // 電話番号
	Phone2  Field = "phone2"  // 電話番号(確認先)
	Fax     Field = "fax"     // FAX番号
	Mail    Field = "mail"    // メールアドレス
	News    Field = "news"    // お知らせメール
	Login   Field = "login"   // ログインID
	Manage  Field = "manage"  // 管理ID
	Class   Field = "class"   // 分類
	Note    Field = "note"    // 備考
)

// Fields lists the fields in order.
func Fields() []Field {
	return []Field{Number, Link, Name, Kana, SexOf, Born, Postal, Address, Phone, Phone2, Fax, Mail, News, Login, Manage, Class, Note}
}

// customPrefix begins the names of custom fields.
const customPrefix = "custom."

// Custom is the field of a custom item.
func Custom(id string) Field { return Field(customPrefix + id) }

// CustomID returns the id of a custom field, "" for a basic one.
func (f Field) CustomID() string {
	id, ok := strings.CutPrefix(string(f), customPrefix)
	if !ok {
		return ""
	}
	return id
}

// Sex is 性別 as registered.
type Sex string

// The values of Sex; "" is not known.
const (
	Male   Sex = "male"
	Female Sex = "female"
	Other  Sex = "other"
)

// Profile is what is known of a person, each value in the form that Set gives it.
type Profile struct {
	Number string // folded, upper case
	Link   string // ten symbols, without the hyphen
	Name   string // characters as registered: 髙 stays 髙
	Kana   string // full-width katakana
	Sex    Sex
	Born   civil.Date
	Postal string // seven digits
	// Address is one line, as on the envelope.
	Address string
	Phone   string // digits, or + and digits
	Phone2  string
	Fax     string
	Mail    string
	News    bool
	Login   string
	Manage  string
	Class   string
	Note    string
	Custom  map[string]string // by id of the field
}

// Get returns a field as text, in the form that Set reads.
func (p *Profile) Get(f Field) string {
	switch f {
	case SexOf:
		return string(p.Sex)
	case Born:
		if p.Born.IsZero() {
			return ""
		}
		return p.Born.String()
	case News:
		if p.News {
			return "1"
		}
		return ""
	}
	if at := p.text(f); at != nil {
		return *at
	}
	return p.Custom[f.CustomID()]
}

// text returns where a field of plain text stands, nil for the others.
func (p *Profile) text(f Field) *string {
	switch f {
	case Number:
		return &p.Number
	case Link:
		return &p.Link
	case Name:
		return &p.Name
	case Kana:
		return &p.Kana
	case Postal:
		return &p.Postal
	case Address:
		return &p.Address
	case Phone:
		return &p.Phone
	case Phone2:
		return &p.Phone2
	case Fax:
		return &p.Fax
	case Mail:
		return &p.Mail
	case Login:
		return &p.Login
	case Manage:
		return &p.Manage
	case Class:
		return &p.Class
	case Note:
		return &p.Note
	}
	return nil
}

// Problem is a value that a field does not take. Code is for catalogs
// ("people.problem.CODE").
type Problem struct {
	Field Field
	Code  string
}

func (p *Problem) Error() string { return string(p.Field) + ": " + p.Code }

// Set reads a value as people write it, today being the last day somebody can
// have been born. The error is a *Problem; the field then keeps its old value.
// An empty text clears the field.
func (p *Profile) Set(f Field, text string, today civil.Date) error {
	clean, ok := cleanText(text, f == Note)
	if !ok {
		return &Problem{f, "characters"}
	}
	if len([]rune(clean)) > longest(f) {
		return &Problem{f, "long"}
	}
	if id := f.CustomID(); id != "" {
		custom := maps.Clone(p.Custom)
		if custom == nil {
			custom = map[string]string{}
		}
		if custom[id] = clean; clean == "" {
			delete(custom, id)
		}
		p.Custom = custom
		return nil
	}
	switch f {
	case SexOf:
		sex, ok := ReadSex(clean)
		if !ok {
			return &Problem{f, "sex"}
		}
		p.Sex = sex
		return nil
	case Born:
		if clean == "" {
			p.Born = civil.Date{}
			return nil
		}
		d, ok := ReadDate(clean)
		if !ok {
			return &Problem{f, "date"}
		}
		if today.Before(d) {
			return &Problem{f, "future"}
		}
		p.Born = d
		return nil
	case News:
		on, ok := readYes(clean)
		if !ok {
			return &Problem{f, "yes-no"}
		}
		p.News = on
		return nil
	}
	read, known := readers[f]
	if !known {
		return fmt.Errorf("there is no field %q", f)
	}
	value, code := clean, ""
	if clean != "" {
		value, code = read(clean)
	}
	if code != "" {
		return &Problem{f, code}
	}
	*p.text(f) = value
	return nil
}

// Equal reports whether two profiles say the same.
func (p *Profile) Equal(q *Profile) bool { return bytes.Equal(p.encode(), q.encode()) }

// written is a profile as it is sealed. Names are short, because they are there
// half a million times.
type written struct {
	Number  string            `json:"i,omitempty"`
	Link    string            `json:"l,omitempty"`
	Name    string            `json:"n,omitempty"`
	Kana    string            `json:"k,omitempty"`
	Sex     Sex               `json:"s,omitempty"`
	Born    string            `json:"b,omitempty"`
	Postal  string            `json:"z,omitempty"`
	Address string            `json:"a,omitempty"`
	Phone   string            `json:"p,omitempty"`
	Phone2  string            `json:"q,omitempty"`
	Fax     string            `json:"f,omitempty"`
	Mail    string            `json:"m,omitempty"`
	News    bool              `json:"w,omitempty"`
	Login   string            `json:"u,omitempty"`
	Manage  string            `json:"g,omitempty"`
	Class   string            `json:"c,omitempty"`
	Note    string            `json:"o,omitempty"`
	Custom  map[string]string `json:"x,omitempty"`
}

func (p *Profile) encode() []byte {
	data, err := json.Marshal(written{
		p.Number, p.Link, p.Name, p.Kana, p.Sex, p.Get(Born), p.Postal, p.Address, p.Phone, p.Phone2, p.Fax,
		p.Mail, p.News, p.Login, p.Manage, p.Class, p.Note, p.Custom,
	})
	if err != nil {
		panic(err) // strings and a bool
	}
	return data
}

func decode(data []byte) (Profile, error) {
	var w written
	if err := json.Unmarshal(data, &w); err != nil {
		return Profile{}, fmt.Errorf("the sealed profile does not read: %w", err)
	}
	p := Profile{
		w.Number, w.Link, w.Name, w.Kana, w.Sex, civil.Date{}, w.Postal, w.Address, w.Phone, w.Phone2, w.Fax,
		w.Mail, w.News, w.Login, w.Manage, w.Class, w.Note, w.Custom,
	}
	if w.Born != "" {
		d, err := civil.ParseDate(w.Born)
		if err != nil {
			return Profile{}, fmt.Errorf("the sealed profile does not read: %w", err)
		}
		p.Born = d
	}
	return p, nil
}
