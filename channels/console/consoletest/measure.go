package consoletest

import (
	"testing"
	"time"
)

// Timed is a page whose time on the server is measured.
type Timed struct {
	Name string
	Open func() Page
}

// Measure opens pages in turn and reports the mean of the slowest in
// milliseconds. An answer that is not fine ends the benchmark.
func Measure(b *testing.B, pages []Timed, fine func(Page) bool) {
	b.Helper()
	took := make([]time.Duration, len(pages))
	n := 0
	for b.Loop() {
		n++
		for i, p := range pages {
			begun := time.Now()
			if page := p.Open(); !fine(page) {
				b.Fatalf("%s: %d\n%s", p.Name, page.Status, page.Body)
			}
			took[i] += time.Since(begun)
		}
	}
	var worst time.Duration
	for i, p := range pages {
		mean := took[i] / time.Duration(n)
		b.Logf("%-28s %v", p.Name, mean.Round(100*time.Microsecond))
		worst = max(worst, mean)
	}
	b.ReportMetric(float64(worst.Milliseconds()), "worst-ms")
	b.ReportMetric(0, "ns/op")
}
