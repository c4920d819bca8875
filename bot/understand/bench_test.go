package understand

import (
	"testing"

	"madoguchi/i18n"
)

func benchValue(b *testing.B, f Field, text string) {
	c := in(i18n.Japanese)
	b.ReportAllocs()
	for b.Loop() {
		Value(c, f, text)
	}
}

func BenchmarkChoiceExact(b *testing.B) {
	benchValue(b, Field{Type: "choice", Choices: visitors}, "本人です")
}

func BenchmarkChoiceNumber(b *testing.B) {
	benchValue(b, Field{Type: "choice", Choices: visitors}, "２番でお願いします")
}

func BenchmarkChoiceNone(b *testing.B) {
	benchValue(b, Field{Type: "choice", Choices: counters}, "よくわかりませんが教えてください")
}

func BenchmarkYesNo(b *testing.B) { benchValue(b, Field{Type: "yesno"}, "はい、お願いします") }

func BenchmarkDate(b *testing.B) {
	benchValue(b, Field{Type: "date"}, "令和8年12月24日（木）でお願いします")
}

func BenchmarkDateRelative(b *testing.B) { benchValue(b, Field{Type: "date"}, "来週の火曜") }

func BenchmarkPhone(b *testing.B) {
	benchValue(b, Field{Type: "phone"}, "０９０ー１２３４ー５６７８")
}

func BenchmarkSlotWish(b *testing.B) {
	c := in(i18n.Japanese)
	b.ReportAllocs()
	for b.Loop() {
		SlotWish(c, "来週の火曜の午後3時以降がいいです")
	}
}

func BenchmarkCommandsNone(b *testing.B) {
	c := in(i18n.Japanese)
	b.ReportAllocs()
	for b.Loop() {
		Commands(c, "来週の火曜の午後がいいです", false)
	}
}

func BenchmarkCommandsExact(b *testing.B) {
	c := in(i18n.Japanese)
	b.ReportAllocs()
	for b.Loop() {
		Commands(c, "前に戻る", true)
	}
}

func BenchmarkMyNumberFastPath(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		MyNumber("来週の火曜の午後がいいです。電話は090-1234-5678")
	}
}

func BenchmarkClean(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Clean("来週の火曜の午後がいいです", 500)
	}
}

func BenchmarkIntentMatch(b *testing.B) {
	x := NewIndex(sixtyIntents(), nil)
	c := in(i18n.Japanese)
	b.ReportAllocs()
	for b.Loop() {
		x.Match(c, "すみません、国民健康保険の手続きをしたいんですけど")
	}
}

// An ordinary answer costs few allocations, so that a turn stays within its own.
func TestAllocations(t *testing.T) {
	c := in(i18n.Japanese)
	for _, tt := range []struct {
		name string
		most float64
		run  func()
	}{
		{"choice", 10, func() { Value(c, Field{Type: "choice", Choices: visitors}, "本人です") }},
		{"yesno", 5, func() { Value(c, Field{Type: "yesno"}, "はい、お願いします") }},
		{"date", 10, func() { Value(c, Field{Type: "date"}, "令和8年12月24日（木）でお願いします") }},
		{"command", 0, func() { Commands(c, "前に戻る", true) }},
	} {
		if n := testing.AllocsPerRun(100, tt.run); n > tt.most {
			t.Errorf("%s: %v allocations, want at most %v", tt.name, n, tt.most)
		}
	}
}
