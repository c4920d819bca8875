package faq_test

import (
	"strings"
	"testing"

	"madoguchi/flows/faq"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

const whole = `
- id: gas
  question: ガスの開栓に立会いは要りますか
  asks: [ガスの立会い]
  answer: 要ります。
  source: みほんガス「お引越し」
  by: みほんガス株式会社
  date: 2026-10
`

// An entry of a provider's pack names who answers (S1-049).
func TestAnEntryOfAProvider(t *testing.T) {
	list, err := faq.Parse("pack/gas.yaml", []byte(whole), i18n.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	e := list[0]
	if e.Subject != "gas" || e.By.In(i18n.Japanese) != "みほんガス株式会社" || e.Date != (civil.Date{Year: 2026, Month: 10, Day: 1}) {
		t.Errorf("%+v", e)
	}
	if n := len(e.Sources()); n != 5 || e.Sources()[4].Key != "faq.gas.by" {
		t.Errorf("%d texts to translate: %+v", n, e.Sources())
	}
	if asks := e.Asks(i18n.Japanese); len(asks) != 2 || asks[1] != "ガスの開栓に立会いは要りますか" {
		t.Errorf("asks %q", asks)
	}
	if r := e.Reworded(i18n.Builtin()); r.By == nil || r.Answer == nil {
		t.Errorf("reworded %+v", r)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ change, to, want string }{
		"no source":      {"source: みほんガス「お引越し」", "", "source"},
		"no answer":      {"answer: 要ります。", "", "answer"},
		"no date":        {"date: 2026-10", "", "date"},
		"a day":          {"date: 2026-10", "date: 2026-10-01", "YYYY-MM"},
		"no such month":  {"date: 2026-10", "date: 2026-13", "YYYY-MM"},
		"a capital":      {"id: gas", "id: Gas", "lower-case"},
		"an id twice":    {"date: 2026-10", "date: 2026-10\n- {id: gas, question: a, answer: b, source: c, date: 2026-10}", "twice"},
		"not YAML":       {"id: gas", "id: [", "yaml"},
		"not a list":     {whole, "id: gas", "cannot unmarshal"},
		"asks as a text": {"asks: [ガスの立会い]", "asks: {a: b}", "cannot unmarshal"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(whole, c.change, c.to, 1)
			_, err := faq.Parse("gas.yaml", []byte(text), i18n.Builtin())
			if err == nil || !strings.HasPrefix(err.Error(), "gas.yaml: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
