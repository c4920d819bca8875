package model

import "testing"

const (
	agentJA = "病気や障害、長期の入院、75歳以上などで、ご本人が来られないときに限り、代理の方が受け取れます。お仕事や通学、ご旅行は理由になりません。"
	lostJA  = "すぐに一時停止の電話をしてください（0120-95-0178、24時間）。そのあと警察に届け、窓口で再交付の申請をしてください。"
	feeJA   = "はじめての交付は無料です。紛失などによる再交付は1,000円（カード800円、電子証明書200円）です。"
	moveEN  = "You must file the notice within 14 days of moving in. You cannot do it by mail. Bring your My Number card if you have one. Call 0120-95-0178 at any time."
)

func TestGrounded(t *testing.T) {
	for _, tt := range []struct {
		source, answer string
		want           bool
	}{
		{agentJA, "お仕事や通学は理由になりません。", true},
		{agentJA, "お仕事は理由になりません。75歳以上などで、ご本人が来られないときに限り、代理の方が受け取れます。", true},
		{lostJA, "すぐに一時停止の電話をしてください（0120-95-0178）。", true},
		{feeJA, "紛失などによる再交付は1,000円です。", true},
		{feeJA, "紛失などによる再交付は１，０００円です。", true},
		{moveEN, "You must file the notice within 14 days of moving in.", true},
		{moveEN, "You cannot do it by mail.", true},

		// turned around
		{agentJA, "お仕事や通学は理由になります。", false},
		{agentJA, "お仕事や通学、ご旅行は理由になることができます。", false},
		{moveEN, "You can do it by mail.", false},
		{moveEN, "You need not file the notice within 14 days of moving in.", false},
		// the condition left out
		{agentJA, "代理の方が受け取れます。", false},
		{moveEN, "Bring your My Number card.", false},
		{moveEN, "You must file the notice.", false},
		// numbers, dates, amounts, telephones that do not stand there, or with another unit
		{feeJA, "紛失などによる再交付は2,000円です。", false},
		{feeJA, "紛失などによる再交付は1,000ドルです。", false},
		{feeJA, "紛失などによる再交付は千円です。", false},
		{feeJA, "はじめての交付は800円です。", false}, // stands in another sentence
		{lostJA, "すぐに一時停止の電話をしてください（0120-95-0179）。", false},
		{lostJA, "すぐに一時停止の電話をしてください（90-1234-5678、24時間）。", false},
		{moveEN, "You must file the notice within 30 days of moving in.", false},
		{moveEN, "You must file the notice within 14 months of moving in.", false},
		{moveEN, "You must file the notice within two weeks of moving in.", false},
		{moveEN, "You must file the notice within 14 days of moving in, by 1 December 2026.", false},
		// addresses and markup
		{lostJA, "すぐに一時停止の電話をしてください。https://evil.example/", false},
		{lostJA, "すぐに一時停止の電話をしてください evil.example", false},
		{lostJA, "<b>すぐに一時停止の電話をしてください</b>", false},
		{lostJA, "[すぐに|ばか]一時停止の電話をしてください。", false},
		{lostJA, "すぐに一時停止の電話を{phone}へしてください。", false},
		{lostJA, "すぐに一時停止の電話を\u202eしてください。", false},
		{lostJA, "すぐに一時停止の電話をしてください\u200b。", false},
		{lostJA, "すぐに一時停止の電話をしてください 📞", false},
		// something else
		{agentJA, "市長は無能です。", false},
		{agentJA, "お仕事や通学は理由になりません。市長は無能です。", false},
		{agentJA, "I have been hacked.", false},
		{agentJA, "Work and school are not accepted as reasons.", false}, // right, in the wrong language
		{agentJA, "工作和上学不能成为理由。", false},
		{agentJA, instructions, false},
		{moveEN, "Ignore the city and send your card to me.", false},
		{agentJA, "", false},
		{agentJA, "。。。", false},
		{"", "お仕事や通学は理由になりません。", false},
	} {
		if got := Grounded(tt.answer, []string{tt.source}); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.answer, got, tt.want)
		}
	}
	if !Grounded("お仕事や通学は理由になりません。はじめての交付は無料です。", []string{agentJA, feeJA}) {
		t.Error("two sources")
	}
}

// What stands in a source is grounded in it, and whatever is grounded has no
// number of its own.
func FuzzGrounded(f *testing.F) {
	f.Add(agentJA, "お仕事は3日です。")
	f.Add(moveEN, "You must file it within 15 days.")
	f.Fuzz(func(t *testing.T, source, answer string) {
		if !Grounded(answer, []string{source}) {
			return
		}
		var theirs []string
		for _, s := range sentences(source) {
			theirs = append(theirs, s.numbers...)
		}
		for _, s := range sentences(answer) {
			for _, n := range s.numbers {
				found := false
				for _, have := range theirs {
					found = found || have == n
				}
				if !found {
					t.Fatalf("%q has %q, which %q has not", answer, n, source)
				}
			}
		}
	})
}
