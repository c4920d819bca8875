package civil_test

import (
	"testing"
	"time"

	"madoguchi/i18n/civil"
	"pgregory.net/rapid"
)

// anyDate draws an existing date of the years 1 to 9999, often near the ends of
// months and years.
func anyDate(t *rapid.T, label string) civil.Date {
	for {
		d := civil.Date{
			Year:  rapid.IntRange(1, 9999).Draw(t, label+" year"),
			Month: time.Month(rapid.IntRange(1, 12).Draw(t, label+" month")),
			Day:   rapid.OneOf(rapid.IntRange(1, 28), rapid.IntRange(27, 31)).Draw(t, label+" day"),
		}
		if d.Valid() {
			return d
		}
	}
}

// standard is the same day in the standard library, the oracle of the
// arithmetic here.
func standard(d civil.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

func TestArithmeticAgreesWithTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate(t, "d")
		n := rapid.OneOf(rapid.IntRange(-40, 40), rapid.IntRange(-800_000, 800_000)).Draw(t, "n")
		sum := d.AddDays(n)
		if want := standard(d).AddDate(0, 0, n); standard(sum) != want || sum.Month != want.Month() || sum.Day != want.Day() {
			t.Fatalf("%v + %d days = %v, want %v", d, n, sum, want)
		}
		if got := sum.Sub(d); got != n {
			t.Fatalf("%v - %v = %d, want %d", sum, d, got, n)
		}
		if got, want := d.Weekday(), standard(d).Weekday(); got != want {
			t.Fatalf("weekday of %v = %v, want %v", d, got, want)
		}
		if d.Before(sum) != (n > 0) || d.After(sum) != (n < 0) || (d.Compare(sum) == 0) != (n == 0) {
			t.Fatalf("order of %v and %v is wrong", d, sum)
		}
	})
}

func TestWrittenFormsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := civil.DateTime{
			Date:  anyDate(t, "d"),
			Clock: civil.Clock(rapid.IntRange(0, 24*60-1).Draw(t, "clock")),
		}
		if got, err := civil.ParseDateTime(want.String()); err != nil || got != want {
			t.Fatalf("ParseDateTime(%q) = %v, %v", want.String(), got, err)
		}
		if got, want := want.String(), want.At().Format("2006-01-02T15:04"); got != want {
			t.Fatalf("String() = %s, want %s", got, want)
		}
		if got := civil.In(want.At().UTC()); got != want {
			t.Fatalf("In(At(%v)) = %v", want, got)
		}
	})
}

func TestMovingByMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dt := civil.DateTime{
			Date:  anyDate(t, "d"),
			Clock: civil.Clock(rapid.IntRange(0, 24*60-1).Draw(t, "clock")),
		}
		n := rapid.IntRange(-10_000, 10_000).Draw(t, "minutes")
		if got, want := dt.Add(n), civil.In(dt.At().Add(time.Duration(n)*time.Minute)); got != want {
			t.Fatalf("%v + %d min = %v, want %v", dt, n, got, want)
		}
		if dt.Before(dt.Add(n)) != (n > 0) {
			t.Fatalf("order of %v and %v is wrong", dt, dt.Add(n))
		}
	})
}

func TestParseDateRefuses(t *testing.T) {
	for _, s := range []string{
		"", "2026-2-01", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31",
		"0000-01-01", "2026/02/01", "2026-02-0a", "+026-02-01", "2026-02-01 ", "２０２６-02-01", "1900-02-29",
	} {
		if d, err := civil.ParseDate(s); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", s, d)
		}
	}
}

func TestParseClockRefuses(t *testing.T) {
	for _, s := range []string{"", "9:00", "24:00", "12:60", "12-30", "12:3a", "-1:00", "12:30:00"} {
		if c, err := civil.ParseClock(s); err == nil {
			t.Errorf("ParseClock(%q) = %v, want an error", s, c)
		}
	}
}

func TestImpossibleValuesAreStillWritten(t *testing.T) {
	for got, want := range map[string]string{
		civil.Date{}.String():                              "0000-00-00",
		civil.Date{Year: 12026, Month: 1, Day: 2}.String(): "12026-01-02",
		civil.Clock(25 * 60).String():                      "25:00",
	} {
		if got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		born, on string
		want     int
	}{
		{"2008-11-23", "2026-11-22", 17},
		{"2008-11-23", "2026-11-23", 18},
		{"2008-02-29", "2026-02-28", 17},
		{"2008-02-29", "2026-03-01", 18},
		{"2026-11-22", "2026-11-22", 0},
	} {
		if got := day(t, c.born).Age(day(t, c.on)); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.born, c.on, got, c.want)
		}
	}
}

// day reads a date written in a test.
func day(t testing.TB, s string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func FuzzParseDateTime(f *testing.F) {
	for _, s := range []string{"2026-11-22T09:30", "2026-02-29T00:00", "0001-01-01T24:00", "2026-11-22", "T", "2026-11-22T9:30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// The standard library is the judge of what is a date and time, but for
		// the year 0 and hours of one digit, which are none here.
		want, wantErr := time.Parse("2006-01-02T15:04", s)
		got, err := civil.ParseDateTime(s)
		if refuse := wantErr != nil || want.Year() == 0 || len(s) != len("2006-01-02T15:04"); (err != nil) != refuse {
			t.Fatalf("ParseDateTime(%q): error %v, the standard library says %v", s, err, wantErr)
		}
		if err == nil && got.String() != s {
			t.Fatalf("ParseDateTime(%q) reads back as %s", s, got)
		}
	})
}

func TestHotPathsDoNotAllocate(t *testing.T) {
	d, e := day(t, "2026-11-22"), day(t, "2027-04-05")
	var sink int
	if n := testing.AllocsPerRun(100, func() {
		sum := d.AddDays(200)
		if sum.Before(e) || sum.Weekday() == time.Sunday {
			sink++
		}
		if _, ok := civil.Holiday(sum); ok {
			sink++
		}
		if p, err := civil.ParseDate("2026-11-22"); err == nil {
			sink += p.Sub(d)
		}
	}); n != 0 {
		t.Errorf("arithmetic allocates %v times", n)
	}
	var s string
	if n := testing.AllocsPerRun(100, func() { s = civil.DateTime{Date: d, Clock: 570}.String() }); n > 1 {
		t.Errorf("String allocates %v times", n)
	}
	_, _ = sink, s
}

func BenchmarkDate(b *testing.B) {
	d, e := day(b, "2026-11-22"), day(b, "2031-04-05")
	b.Run("AddDays", func(b *testing.B) {
		for b.Loop() {
			_ = d.AddDays(200)
		}
	})
	b.Run("Sub", func(b *testing.B) {
		for b.Loop() {
			_ = e.Sub(d)
		}
	})
	b.Run("Weekday", func(b *testing.B) {
		for b.Loop() {
			_ = d.Weekday()
		}
	})
	b.Run("String", func(b *testing.B) {
		for b.Loop() {
			_ = d.String()
		}
	})
	b.Run("Parse", func(b *testing.B) {
		for b.Loop() {
			_, _ = civil.ParseDate("2026-11-22")
		}
	})
	b.Run("Holiday", func(b *testing.B) {
		for b.Loop() {
			_, _ = civil.Holiday(e)
		}
	})
}
