package field_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/field"
	"madoguchi/store/storetest"
	"madoguchi/store/tenant"
)

// hall is a database with two municipalities.
type hall struct {
	t      *testing.T
	db     *store.DB
	fields *field.Fields
}

const town, village = "town", "village"

func open(t *testing.T, db *store.DB) *hall {
	registry := tenant.New(db)
	for _, id := range []string{town, village} {
		if err := registry.Create(context.Background(), tenant.Tenant{ID: id, Name: id}, "test"); err != nil {
			t.Fatal(err)
		}
	}
	return &hall{t, db, field.New(i18n.Builtin())}
}

func (h *hall) do(id string, fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.db.Update(context.Background(), id, fn); err != nil {
		h.t.Fatal(err)
	}
}

// change saves settings changed by fn.
func (h *hall) change(fn func(s *field.Settings)) {
	h.t.Helper()
	h.do(town, func(tx *store.Tx) error {
		s, version, err := h.fields.Settings(tx)
		if err != nil {
			return err
		}
		fn(&s)
		_, err = h.fields.Save(tx, s, version, "test")
		return err
	})
}

func (h *hall) rules(form field.Form, a field.Audience) *field.Rules {
	h.t.Helper()
	var r *field.Rules
	h.do(town, func(tx *store.Tx) (err error) {
		r, err = h.fields.Rules(tx, form, a)
		return err
	})
	return r
}

func basic(s *field.Settings, form field.Form, id string) *field.Basic {
	for i := range s.Sheet(form).Basic {
		if b := &s.Sheet(form).Basic[i]; b.ID == id {
			return b
		}
	}
	return nil
}

// S4-020: a municipality that has set nothing asks nothing. S4-026: 住基カードの
// 有無 lies ready.
func TestNothingIsAskedAtFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		for _, form := range field.Forms {
			for _, a := range []field.Audience{field.Resident, field.Staff} {
				if r := h.rules(form, a); len(r.List) != 0 || r.Version != 0 {
					t.Errorf("%s asks %s: %+v", form, a, r)
				}
			}
		}
		h.change(func(s *field.Settings) {
			s.Sheet(field.Application).CustomByID("juki-card").Resident = field.Required
		})
		r := h.rules(field.Application, field.Resident)
		if len(r.List) != 1 || r.List[0].ID != "juki-card" || r.List[0].Kind != field.Choice || r.Version != 1 {
			t.Errorf("after the setting: %+v", r)
		}
		if r := h.rules(field.Application, field.Staff); len(r.List) != 0 {
			t.Errorf("staff are asked: %+v", r)
		}
	})
}

// S4-059: one configuration, each audience its own conditions.
func TestAudiencesHaveConditionsOfTheirOwn(t *testing.T) {
	h := open(t, storetest.Open(t, storetest.SQLite))
	h.change(func(s *field.Settings) {
		basic(s, field.Application, "phone").Use = field.Use{Resident: field.Optional, Staff: field.Required}
	})
	for a, want := range map[field.Audience]field.Condition{field.Resident: field.Optional, field.Staff: field.Required} {
		if got := h.rules(field.Application, a).ByID("phone"); got == nil || got.Condition != want {
			t.Errorf("%s: %+v, want %s", a, got, want)
		}
	}
	if first, second := h.rules(field.Application, field.Staff), h.rules(field.Application, field.Staff); first != second {
		t.Error("the same settings are worked out twice")
	}
}

// S4-006: an alias stands for the name in the languages it was given in.
func TestAliasStandsForTheName(t *testing.T) {
	h := open(t, storetest.Open(t, storetest.SQLite))
	h.change(func(s *field.Settings) {
		b := basic(s, field.Application, "name")
		b.Resident, b.Alias = field.Required, field.Names{i18n.Japanese: "申請者のお名前"}
	})
	r := h.rules(field.Application, field.Resident).ByID("name")
	for lang, want := range map[i18n.Lang][2]string{
		i18n.Japanese:     {"申請者のお名前", "申請者のお名前を入力してください。"},
		i18n.EasyJapanese: {"申請者のお名前", "申請者のお名前を 書いて ください。"},
		i18n.English:      {"Name", "Please enter your full name."},
	} {
		if got := [2]string{i18n.Bare(r.Label.In(lang)), i18n.Bare(r.Ask.In(lang))}; got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

// S4-008: a record is read with the definition it was made under.
func TestOldRecordsStayReadable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		h.change(func(s *field.Settings) {
			b := basic(s, field.Application, "name")
			b.Resident, b.Alias = field.Required, field.Names{i18n.Japanese: "申請者"}
			s.Add(field.Application, field.Custom{
				Kind: field.Choices, Heading: field.Names{i18n.Japanese: "必要な配慮"}, Use: field.Use{Resident: field.Optional},
				Choices: []field.Option{
					{Value: "o1", Label: field.Names{i18n.Japanese: "車いす", i18n.English: "Wheelchair"}},
					{Value: "o2", Label: field.Names{i18n.Japanese: "手話通訳", i18n.English: "Sign language"}},
				},
			})
			s.Add(field.Application, field.Custom{Kind: field.Date, Heading: field.Names{i18n.Japanese: "転入日"}, Use: field.Use{Resident: field.Optional}})
			s.Add(field.Application, field.Custom{Kind: field.YesNo, Heading: field.Names{i18n.Japanese: "駐車場"}, Use: field.Use{Resident: field.Optional}})
		})
		answers := map[string]string{"lang": "ja"}
		field.Put(answers, field.Application, 1, map[string]string{"name": "見本[花|子]", "c1": "o1,o2", "c2": "2026-12-01", "c3": "yes"})
		h.change(func(s *field.Settings) {
			b := basic(s, field.Application, "name")
			b.Resident, b.Alias = field.Off, nil
			sheet := s.Sheet(field.Application)
			sheet.Custom = sheet.Custom[:1]
			s.Add(field.Application, field.Custom{Kind: field.Line, Heading: field.Names{i18n.Japanese: "別の項目"}})
			if id := sheet.Custom[1].ID; id != "c4" {
				t.Errorf("the new field is called %s", id)
			}
		})
		read := func(lang i18n.Lang) []field.Entry {
			t.Helper()
			var list []field.Entry
			h.do(town, func(tx *store.Tx) (err error) {
				list, err = h.fields.Reader(tx).Read(field.Application, answers, lang)
				return err
			})
			for i := range list {
				list[i].Value = i18n.Bare(list[i].Value)
			}
			return list
		}
		want := []field.Entry{
			{ID: "name", Label: "申請者", Value: "見本[花|子]", Raw: "見本[花|子]", Personal: true},
			{ID: "c1", Label: "必要な配慮", Value: "車いす、手話通訳", Raw: "o1,o2"},
			{ID: "c2", Label: "転入日", Value: "2026年12月1日（令和8年）火曜日", Raw: "2026-12-01"},
			{ID: "c3", Label: "駐車場", Value: "はい", Raw: "yes"},
		}
		if diff := cmp.Diff(want, read(i18n.Japanese)); diff != "" {
			t.Errorf("read in Japanese (-want +got)\n%s", diff)
		}
		if en := read(i18n.English); en[1].Value != "Wheelchair and Sign language" || en[3].Value != "Yes" {
			t.Errorf("read in English: %+v", en)
		}
		h.do(town, func(tx *store.Tx) error {
			if none, err := h.fields.Reader(tx).Read(field.Registration, answers, i18n.Japanese); err != nil || none != nil {
				t.Errorf("a form nobody filled in: %v, %v", none, err)
			}
			if _, err := h.fields.Reader(tx).Read(field.Application, map[string]string{"application": "99"}, i18n.Japanese); !errors.Is(err, field.ErrNotFound) {
				t.Errorf("a version that never was: %v", err)
			}
			return nil
		})
	})
}

func TestNobodyOverwritesAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		h.change(func(*field.Settings) {})
		h.do(town, func(tx *store.Tx) error {
			for _, base := range []int64{-1, 0, 2, 99} {
				if _, err := h.fields.Save(tx, field.Default(), base, "test"); !errors.Is(err, field.ErrStale) {
					t.Errorf("from version %d: %v, want ErrStale", base, err)
				}
			}
			return nil
		})
		// Another municipality has settings of its own.
		h.do(village, func(tx *store.Tx) error {
			_, version, err := h.fields.Settings(tx)
			if version != 0 {
				t.Errorf("the village is at version %d", version)
			}
			return err
		})
		h.do(town, func(tx *store.Tx) error {
			list, total, err := h.fields.History(tx, 0, 10)
			if len(list) != 1 || total != 1 || list[0].Version != 1 || list[0].By != "test" {
				t.Errorf("history: %+v of %d", list, total)
			}
			return err
		})
	})
}

// A change counts at once on the node that made it, and soon on every other.
func TestChangeCountsAtOnce(t *testing.T) {
	h := open(t, storetest.Open(t, storetest.SQLite))
	h.rules(field.Application, field.Resident) // remembered
	h.change(func(s *field.Settings) { basic(s, field.Application, "fax").Resident = field.Required })
	if h.rules(field.Application, field.Resident).ByID("fax") == nil {
		t.Error("the change does not count yet")
	}
}

func TestSettingsAreRefused(t *testing.T) {
	long := strings.Repeat("長", 301)
	ja := func(s string) field.Names { return field.Names{i18n.Japanese: s} }
	custom := func(change func(*field.Custom)) func(*field.Settings) {
		return func(s *field.Settings) {
			c := field.Custom{Kind: field.Line, Heading: ja("趣味")}
			change(&c)
			s.Add(field.Application, c)
		}
	}
	options := func(o ...field.Option) func(*field.Settings) {
		return custom(func(c *field.Custom) { c.Kind, c.Choices = field.Choice, o })
	}
	for name, test := range map[string]struct {
		change func(*field.Settings)
		want   field.Why
	}{
		"basic condition": {func(s *field.Settings) { basic(s, field.Application, "fax").Staff = "maybe" }, field.BadCondition},
		"basic alias":     {func(s *field.Settings) { basic(s, field.Application, "fax").Alias = ja(long) }, field.TooLong},
		"basic twice": {func(s *field.Settings) {
			s.Sheet(field.Application).Basic = append(s.Sheet(field.Application).Basic, field.Basic{ID: "fax"})
		}, field.TwiceID},
		"basic unknown": {func(s *field.Settings) {
			s.Sheet(field.Application).Basic = append(s.Sheet(field.Application).Basic, field.Basic{ID: "shoe"})
		}, field.TwiceID},
		"custom like a basic": {func(s *field.Settings) {
			sheet := s.Sheet(field.Application)
			sheet.Custom = append(sheet.Custom, field.Custom{ID: "fax", Kind: field.Line, Heading: ja("x")})
		}, field.TwiceID},
		"id of no form": {func(s *field.Settings) {
			sheet := s.Sheet(field.Application)
			sheet.Custom = append(sheet.Custom, field.Custom{ID: "a.b", Kind: field.Line, Heading: ja("x")})
		}, field.TwiceID},
		"no heading":   {custom(func(c *field.Custom) { c.Heading = nil }), field.NoHeading},
		"long ask":     {custom(func(c *field.Custom) { c.Ask = ja(long) }), field.TooLong},
		"long help":    {custom(func(c *field.Custom) { c.Help = ja(long) }), field.TooLong},
		"kind":         {custom(func(c *field.Custom) { c.Kind = "name" }), field.NoSuchKind},
		"chars":        {custom(func(c *field.Custom) { c.Chars = "emoji" }), field.NoSuchLetters},
		"bounds":       {custom(func(c *field.Custom) { c.Min, c.Max = 4, 3 }), field.BadBounds},
		"endless text": {custom(func(c *field.Custom) { c.Max = 1001 }), field.BadBounds},
		"no choices":   {options(), field.NoChoices},
		"choice twice": {options(field.Option{Value: "a", Label: ja("青")}, field.Option{Value: "a", Label: ja("赤")}), field.TwiceChoice},
		"label twice":  {options(field.Option{Value: "a", Label: ja("青")}, field.Option{Value: "b", Label: ja("青")}), field.TwiceChoice},
		"choice value": {options(field.Option{Value: "a,b", Label: ja("青")}), field.TwiceChoice},
		"no label":     {options(field.Option{Value: "a"}), field.NoHeading},
		"long label":   {options(field.Option{Value: "a", Label: ja(long)}), field.TooLong},
		"many fields": {func(s *field.Settings) {
			for range 41 {
				s.Add(field.Registration, field.Custom{Kind: field.Line, Heading: ja("x")})
			}
		}, field.TooMany},
		"many choices": {custom(func(c *field.Custom) {
			c.Kind = field.Choices
			for i := range 12 {
				c.Choices = append(c.Choices, field.Option{Value: "v" + string(rune('a'+i)), Label: ja(string(rune('あ' + i)))})
			}
		}), field.TooMany},
	} {
		t.Run(name, func(t *testing.T) {
			s := field.Default()
			test.change(&s)
			var faults field.Faults
			if err := s.Check(); !errors.As(err, &faults) || faults[0].Why != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

// S4-007: which letters, how many, which numbers.
func TestAccept(t *testing.T) {
	line := func(c field.Chars, min, max int) field.Rule {
		return field.Rule{Kind: field.Line, Chars: c, Min: min, Max: max}
	}
	choice := field.Rule{Kind: field.Choices, Choices: []field.Option{{Value: "a"}, {Value: "b"}}}
	for _, test := range []struct {
		rule     field.Rule
		in, want string
		why      field.Objection
	}{
		{line("", 0, 0), " 何でも 🍵 ", "何でも 🍵", ""},
		{line(field.FullKana, 0, 0), "ミホン　ハナコ", "ミホン ハナコ", ""},
		{line(field.FullKana, 0, 0), "ﾐﾎﾝ", "ミホン", ""},
		{line(field.FullKana, 0, 0), "みほん", "", field.WrongChars},
		{line(field.Hiragana, 0, 0), "みほんー", "みほんー", ""},
		{line(field.Hiragana, 0, 0), "ミホン", "", field.WrongChars},
		{line(field.Full, 0, 0), "全角１", "全角１", ""},
		{line(field.Full, 0, 0), "半角1", "", field.WrongChars},
		{line(field.Full, 0, 0), "ｶﾅ", "", field.WrongChars},
		{line(field.Digits, 4, 4), "１２３４", "1234", ""},
		{line(field.Digits, 4, 4), "123", "", field.NotExactly},
		{line(field.Digits, 0, 0), "12-34", "", field.WrongChars},
		{line(field.DigitsHy, 0, 0), "12-34", "12-34", ""},
		{line(field.Alpha, 0, 0), "Ａｂｃ", "Abc", ""},
		{line(field.Alpha, 0, 0), "abc1", "", field.WrongChars},
		{line(field.Alnum, 0, 0), "abc1", "abc1", ""},
		{line(field.Alnum, 0, 0), "abc_1", "", field.WrongChars},
		{line(field.Ascii, 0, 0), "abc_1", "abc_1", ""},
		{line(field.Ascii, 0, 0), "é", "", field.WrongChars},
		{line("", 3, 5), "ab", "", field.TooShort},
		{line("", 3, 5), "abcdef", "", field.TooWordy},
		{line("", 3, 5), "あいう", "あいう", ""},
		{field.Rule{Kind: field.Text, Chars: field.Hiragana}, "いち\nに", "いち\nに", ""},
		{field.Rule{Kind: field.Number, Min: 2, Max: 4}, "1", "", field.TooLow},
		{field.Rule{Kind: field.Number, Min: 2, Max: 4}, "5", "", field.TooHigh},
		{field.Rule{Kind: field.Number, Min: 2}, "5", "5", ""},
		{field.Rule{Kind: field.Number}, "99999999999999999999", "", field.NotOffered},
		{choice, "a,b", "a,b", ""},
		{choice, "a,c", "", field.NotOffered},
		{choice, "a,", "", field.NotOffered},
		{field.Rule{Kind: field.Consent, Condition: field.Required}, "no", "", field.NoConsent},
		{field.Rule{Kind: field.Consent, Condition: field.Required}, "yes", "yes", ""},
		{field.Rule{Kind: field.Consent, Condition: field.Optional}, "no", "no", ""},
		{field.Rule{Kind: field.Phone}, "0312345678", "0312345678", ""},
	} {
		got, no := test.rule.Accept(test.in)
		if got != test.want || no.Why != test.why {
			t.Errorf("%s %s %d–%d: %q gives %q, %q; want %q, %q", test.rule.Kind, test.rule.Chars, test.rule.Min, test.rule.Max, test.in, got, no.Why, test.want, test.why)
		}
		if no.Why == "" {
			if again, no := test.rule.Accept(got); again != got || no.Why != "" {
				t.Errorf("%q is not taken as it was kept: %q, %q", got, again, no.Why)
			}
		}
	}
}

// What is accepted once is accepted as it was kept: an answer must not be asked
// for again because of how it was written down.
func FuzzAccept(f *testing.F) {
	for _, s := range []string{"ミホン", "ﾊﾟﾊﾟ", "１２", "a b", "ﷺ", "ｶﾞ\n", "\u3099", "½"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range append(field.AllChars, field.AnyChars) {
			r := field.Rule{Kind: field.Line, Chars: c, Min: 1, Max: 20}
			kept, no := r.Accept(s)
			if no.Why != "" {
				continue
			}
			if again, no := r.Accept(kept); again != kept || no.Why != "" {
				t.Errorf("%s: %q is kept as %q, which gives %q, %q", c, s, kept, again, no.Why)
			}
		}
	})
}

// S4-006: records can be listed by the value of a field that classifies, and
// nothing of the value stands in the clear.
func TestRecordsByClass(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		h.change(func(s *field.Settings) {
			c := s.Sheet(field.Application).CustomByID("juki-card")
			c.Resident, c.Class = field.Required, true
			b := basic(s, field.Application, "postal")
			b.Staff, b.Class = field.Optional, true
			basic(s, field.Application, "name").Resident = field.Required
		})
		classify := func(record string, values map[string]string) {
			h.do(town, func(tx *store.Tx) error { return h.fields.Classify(tx, field.Application, record, values) })
		}
		classify("b1", map[string]string{"juki-card": "held", "postal": "0600001", "name": "見本花子"})
		classify("b2", map[string]string{"juki-card": "none"})
		classify("b3", map[string]string{"juki-card": "held"})
		check := func(id, field1, value string, want ...string) {
			t.Helper()
			h.do(id, func(tx *store.Tx) error {
				got, err := h.fields.Records(tx, field.Application, field1, value, "", 10)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s = %s in %s (-want +got)\n%s", field1, value, id, diff)
				}
				return err
			})
		}
		check(town, "juki-card", "held", "b1", "b3")
		check(town, "juki-card", "none", "b2")
		check(town, "postal", "0600001", "b1")
		check(town, "name", "見本花子") // it does not classify
		check(village, "juki-card", "held")
		classify("b1", map[string]string{"juki-card": "none"})
		check(town, "juki-card", "held", "b3")
		check(town, "juki-card", "none", "b1", "b2")
		check(town, "postal", "0600001")
		h.do(town, func(tx *store.Tx) error {
			condition, args := field.In(tx, "record", field.Application, "juki-card", "none", 1)
			var n int
			err := tx.Row("SELECT COUNT(DISTINCT record) FROM field_class WHERE "+condition, args...).Scan(&n)
			if n != 2 {
				t.Errorf("the condition finds %d records, want 2", n)
			}
			if err != nil {
				return err
			}
			return h.fields.Forget(tx, field.Application, "b2")
		})
		check(town, "juki-card", "none", "b1")
	})
}
