package plan

import (
	"fmt"
	"io"

	ics "github.com/arran4/golang-ical"

	"madoguchi/i18n/civil"
)

// Entry is one dated task in a calendar file, in the resident's language: the
// texts are the caller's.
type Entry struct {
	Task        string // part of the entry's identity
	Day         civil.Date
	Summary     string
	Location    string
	Description string
}

// Calendar writes the dates of a list as an iCalendar file (RFC 5545): whole days,
// each with a reminder the day before. An entry keeps its identity, so that a
// calendar replaces it when the file is opened again. Host is that of the public
// address.
func Calendar(w io.Writer, p Plan, host string, entries []Entry) error {
	cal := ics.NewCalendarFor("madoguchi")
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.MethodPublish)
	if host == "" {
		host = "madoguchi"
	}
	for _, e := range entries {
		v := cal.AddEvent(p.ID + "-" + e.Task + "@" + host)
		v.SetDtStampTime(p.Made)
		// Formatted from its own midnight: the day is a day on the wall.
		day := civil.DateTime{Date: e.Day}.At()
		v.SetProperty(ics.ComponentPropertyDtStart, day.Format("20060102"), ics.WithValue("DATE"))
		v.SetProperty(ics.ComponentPropertyDtEnd, day.AddDate(0, 0, 1).Format("20060102"), ics.WithValue("DATE"))
		v.SetProperty(ics.ComponentProperty("TRANSP"), "TRANSPARENT")
		v.SetSummary(e.Summary)
		if e.Location != "" {
			v.SetLocation(e.Location)
		}
		if e.Description != "" {
			v.SetDescription(e.Description)
		}
		a := v.AddAlarm()
		a.SetAction(ics.ActionDisplay)
		a.SetTrigger("-P1D")
		a.SetProperty(ics.ComponentPropertyDescription, e.Summary)
	}
	if err := cal.SerializeTo(w, ics.WithNewLineWindows); err != nil {
		return fmt.Errorf("writing the calendar file of a task list: %w", err)
	}
	return nil
}
