package understand

import "testing"

func TestPIN(t *testing.T) {
	for _, tt := range []struct {
		text         string
		named, topic bool
	}{
		{"暗証番号は5678です", true, true},
		{"暗証番号：５６７８", true, true},
		{"暗証番号 ABC123 でいいですか", true, true},
		{"my PIN is 5678", true, true},
		{"pin code 5678", true, true},
		{"5678", false, true},
		{"５６７８。", false, true},
		{"AB12CD", false, true},
		{"abcdef", false, false},
		{"2", false, false},
		{"123456789012", false, false},
		{"暗証番号は4桁ですか", false, false},
		{"暗証番号は2026年に決めました", false, false},
		{"暗証番号が心配です", false, false},
		{"12/1 10時", false, false},
		{"opening 1234", false, false},
		{"本人", false, false},
	} {
		if got := PIN(tt.text, false); got != tt.named {
			t.Errorf("PIN(%q, false) = %v", tt.text, got)
		}
		if got := PIN(tt.text, true); got != tt.topic {
			t.Errorf("PIN(%q, true) = %v", tt.text, got)
		}
	}
}
