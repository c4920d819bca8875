package understand

import "testing"

func TestMentions(t *testing.T) {
	words := []string{"DV", "ストーカー", "逃げて", "afraid of", "stalker"}
	for text, want := range map[string]bool{
		"夫のDVから": true,
		"ＤＶです":   true,
		"dv":     true,
		"すとーかー に あって います":               true,
		"夫から 逃げて きました":                  true,
		"I am afraid of my ex-husband.": true,
		"There is a stalker":            true,
		"Stalkers?":                     false,
		"advice please":                 false,
		"dvd":                           false,
		"引っ越しました":                       false,
		"":                              false,
	} {
		if got := Mentions(text, words); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if Mentions("犬", []string{"", "・"}) {
		t.Error("an empty phrase is everywhere")
	}
}
