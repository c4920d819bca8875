package civil

// longestClosure bounds the search for an open day, so that an office that
// never opens cannot hold up the caller.
const longestClosure = 366

// Deadline returns the last day of a period of so many days after an event on
// start: the day after the event is day 1 (初日不算入), and a last day on which
// the office is closed moves to the next open day (domain-facts 1.1). If no day
// opens within a year, the last day stands as counted.
func Deadline(start Date, days int, open func(Date) bool) Date {
	last := start.AddDays(days)
	if next, ok := NextOpen(last, open); ok {
		return next
	}
	return last
}

// NextOpen returns d if it is open, else the first open day after it, looking
// no further than a year; ok is false if there is none.
func NextOpen(d Date, open func(Date) bool) (next Date, ok bool) {
	for range longestClosure {
		if open(d) {
			return d, true
		}
		d = d.AddDays(1)
	}
	return Date{}, false
}

// LastOpen returns d if it is open, else the last open day before it, for what
// must be done before a day and at the office. If there is none within a year
// it is d.
func LastOpen(d Date, open func(Date) bool) Date {
	for n := range longestClosure {
		if day := d.AddDays(-n); open(day) {
			return day
		}
	}
	return d
}
