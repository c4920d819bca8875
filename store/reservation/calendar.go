package reservation

import (
	"fmt"
	"io"

	ics "github.com/arran4/golang-ical"
)

// Event is what a calendar file says about a booking, in the resident's
// language: the texts are the caller's.
type Event struct {
	Host        string // of the public address; part of the event's identity
	Summary     string
	Location    string
	Description string
	Alarm       string // the text of the reminder a day before; "" for none
	URL         string
	// Organizer is the sender's mail address: a file sent by mail names it, or a
	// calendar would not take a cancellation from it (RFC 5546); "" for none.
	Organizer string
}

// Calendar writes a booking as an iCalendar file (RFC 5545). The identity of
// the event never changes and its sequence rises with the booking's, so that a
// calendar replaces the entry after a change and removes it after a
// cancellation. Times are instants, which every calendar shows in its own zone.
func Calendar(w io.Writer, b Booking, e Event) error {
	cal := ics.NewCalendarFor("madoguchi")
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.MethodPublish)
	if b.Status == Cancelled {
		cal.SetMethod(ics.MethodCancel)
	}
	host := e.Host
	if host == "" {
		host = "madoguchi"
	}
	v := cal.AddEvent(b.ID + "@" + host)
	v.SetDtStampTime(b.Changed)
	v.SetCreatedTime(b.Made)
	v.SetModifiedAt(b.Changed)
	v.SetSequence(b.Sequence)
	v.SetStartAt(b.Start.At())
	v.SetEndAt(b.Start.Add(b.Minutes).At())
	v.SetSummary(e.Summary)
	if e.Location != "" {
		v.SetLocation(e.Location)
	}
	if e.Description != "" {
		v.SetDescription(e.Description)
	}
	if e.URL != "" {
		v.SetURL(e.URL)
	}
	if e.Organizer != "" {
		v.SetOrganizer(e.Organizer)
	}
	if b.Status == Cancelled {
		v.SetStatus(ics.ObjectStatusCancelled)
	} else {
		v.SetStatus(ics.ObjectStatusConfirmed)
		if e.Alarm != "" {
			a := v.AddAlarm()
			a.SetAction(ics.ActionDisplay)
			a.SetTrigger("-P1D") // a day before
			a.SetProperty(ics.ComponentPropertyDescription, e.Alarm)
		}
	}
	if err := cal.SerializeTo(w, ics.WithNewLineWindows); err != nil {
		return fmt.Errorf("writing the calendar file of a booking: %w", err)
	}
	return nil
}
