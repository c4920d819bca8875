package civil

import "time"

// Holiday returns the name of the national holiday (国民の祝日に関する法律) on d,
// and whether d is one. It follows the law as it stood in each year from
// 1948-07-20 and, for years to come, as it stands now; equinoxes are computed
// and hold until 2099. A substitute holiday is named 振替休日, a day between two
// holidays 国民の休日.
//
// It keeps no table and no state: an answer costs tens of nanoseconds.
func Holiday(d Date) (name string, ok bool) {
	if name = anniversary(d); name != "" {
		return name, true
	}
	if substitute(d) {
		return "振替休日", true
	}
	// 第3条第3項, in force from 1985-12-27. Until 2006 Sundays were exempt.
	if !d.Before(Date{1985, time.December, 27}) &&
		anniversary(d.AddDays(-1)) != "" && anniversary(d.AddDays(1)) != "" &&
		(d.Year >= 2007 || d.Weekday() != time.Sunday) {
		return "国民の休日", true
	}
	return "", false
}

// substitute reports whether d, no holiday itself, makes up for a holiday that
// fell on a Sunday (第3条第2項, in force from 1973-04-12): until 2006 only the
// Monday after it, since then the first day after it that is no holiday.
func substitute(d Date) bool {
	if d.Before(Date{1973, time.April, 12}) {
		return false
	}
	for {
		d = d.AddDays(-1)
		if anniversary(d) == "" {
			return false
		}
		if d.Weekday() == time.Sunday {
			return true
		}
		if d.Year < 2007 {
			return false
		}
	}
}

// anniversary returns the holiday that the law puts on d by name (第2条), with
// the days made holidays once by a law of their own; "" if there is none.
func anniversary(d Date) string {
	y, m, day := d.Year, d.Month, d.Day
	if d.Before(Date{1948, time.July, 20}) {
		return ""
	}
	switch m {
	case time.January:
		switch {
		case day == 1:
			return "元日"
		case y < 2000 && day == 15, y >= 2000 && day == monday(d, 2):
			return "成人の日"
		}
	case time.February:
		switch {
		case day == 11 && y >= 1967:
			return "建国記念の日"
		case day == 23 && y >= 2020:
			return "天皇誕生日"
		case day == 24 && y == 1989:
			return "大喪の礼"
		}
	case time.March:
		if day == vernal(y) {
			return "春分の日"
		}
	case time.April:
		switch {
		case day == 29 && y < 1989:
			return "天皇誕生日"
		case day == 29 && y < 2007:
			return "みどりの日"
		case day == 29:
			return "昭和の日"
		case day == 10 && y == 1959:
			return "結婚の儀"
		}
	case time.May:
		switch {
		case day == 1 && y == 2019:
			return "即位の日"
		case day == 3:
			return "憲法記念日"
		case day == 4 && y >= 2007:
			return "みどりの日"
		case day == 5:
			return "こどもの日"
		}
	case time.June:
		if day == 9 && y == 1993 {
			return "結婚の儀"
		}
	case time.July:
		return july(d)
	case time.August:
		switch {
		case y == 2020 && day == 10, y == 2021 && day == 8, // Olympic Games
			y >= 2016 && y != 2020 && y != 2021 && day == 11:
			return "山の日"
		}
	case time.September:
		switch {
		case y >= 1966 && y < 2003 && day == 15, y >= 2003 && day == monday(d, 3):
			return "敬老の日"
		case day == autumnal(y):
			return "秋分の日"
		}
	case time.October:
		switch {
		case y >= 1966 && y < 2000 && day == 10, y >= 2000 && y < 2020 && day == monday(d, 2):
			return "体育の日"
		case y >= 2022 && day == monday(d, 2):
			return "スポーツの日"
		case day == 22 && y == 2019:
			return "即位礼正殿の儀"
		}
	case time.November:
		switch {
		case day == 3:
			return "文化の日"
		case day == 12 && y == 1990:
			return "即位礼正殿の儀"
		case day == 23:
			return "勤労感謝の日"
		}
	case time.December:
		if day == 23 && y >= 1989 && y <= 2018 {
			return "天皇誕生日"
		}
	}
	return ""
}

// july has two holidays in the years of the Tokyo Olympic Games.
func july(d Date) string {
	switch y, day := d.Year, d.Day; {
	case y == 2020 && day == 23, y == 2021 && day == 22,
		y >= 1996 && y < 2003 && day == 20,
		y >= 2003 && y != 2020 && y != 2021 && day == monday(d, 3):
		return "海の日"
	case y == 2020 && day == 24, y == 2021 && day == 23:
		return "スポーツの日"
	}
	return ""
}

// monday returns the day of d's month on which its n-th Monday falls.
func monday(d Date, n int) int {
	first := Date{d.Year, d.Month, 1}.Weekday()
	return 1 + (int(time.Monday)-int(first)+7)%7 + 7*(n-1)
}

// The day of an equinox by the usual approximation (海上保安庁水路部 暦計算研究会,
// 新こよみ便利帳), in millionths of a day to stay within integers. The official
// day is published in February of the year before.

// vernal returns the day in March.
func vernal(year int) int {
	if year < 1980 {
		return (20_835_700+242_194*(year-1980))/1_000_000 - (year-1983)/4
	}
	return (20_843_100+242_194*(year-1980))/1_000_000 - (year-1980)/4
}

// autumnal returns the day in September.
func autumnal(year int) int {
	if year < 1980 {
		return (23_258_800+242_194*(year-1980))/1_000_000 - (year-1983)/4
	}
	return (23_248_800+242_194*(year-1980))/1_000_000 - (year-1980)/4
}
