// Package wording is the part of the staff console where a municipality puts
// texts into its own words (S4-060): what the dialog says and the pages show
// (画面設定), and the mails (メール管理).
//
//	shelf.go    every text there is, with where residents meet it
//	list.go     finding one: by place, by words, changed or not
//	edit.go     changing one: check, preview, history, back again
//	sample.go   values to preview with
//	mails.go    the mails as a whole, and one sent on trial
//
// Changing, checking and remembering is store/wording's business; how a mail is
// put together and sent is told to this package, so that it need not know the
// mail channel.
package wording

import (
	"context"
	"embed"
	"errors"

	"madoguchi/bot"
	"madoguchi/channels/console"
	"madoguchi/flows/event"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/staff"
	"madoguchi/store/wording"
)

//go:embed templates texts static
var files embed.FS

// Config is what the area works with.
type Config struct {
	Wordings *wording.Wordings
	// Program has the texts as they ship.
	Program *i18n.Catalog
	// Shelf is what the tenant offers: its flows and answers.
	Shelf func(tx *store.Tx) (*bot.Shelf, error)
	// Site is what is known of the municipality.
	Site  func(tx *store.Tx) (*bot.Site, error)
	Mails Mails
	// Events are the life events whose task lists residents get.
	Events func() (map[string]*event.Event, error)
	// Changed hears of a change once it is committed, on this node.
	Changed func(tenant string)
	// Who puts an account into words; nil shows its id.
	Who func(tx *store.Tx, id string) string
}

// Mails writes mails as residents get them, and sends one on trial.
type Mails interface {
	// Kinds lists the mails there are.
	Kinds() []string
	// Specimen writes a mail about a booking that does not exist, in the words of
	// texts; used are the keys of the texts it is made of, in order.
	Specimen(tx *store.Tx, texts *i18n.Catalog, kind string, lang i18n.Lang) (m Mail, used []string, err error)
	// Send sends it. Errors: ErrMailOff, ErrAddress, ErrNotTaken.
	Send(ctx context.Context, tenant, to string, m Mail) error
}

// Mail is one mail in words.
type Mail struct {
	Sender, Subject, Body string
	Lang                  i18n.Lang
}

// Why a mail could not be sent on trial.
var (
	ErrMailOff  = errors.New("mail is off")
	ErrAddress  = errors.New("not a mail address")
	ErrNotTaken = errors.New("the mail server did not take it")
)

// area is the pages at work.
type area struct{ Config }

// Area returns the area.
func Area(c Config) console.Area {
	a := &area{c}
	if a.Changed == nil {
		a.Changed = func(string) {}
	}
	if a.Who == nil {
		a.Who = func(_ *store.Tx, id string) string { return id }
	}
	return console.Area{
		Name:      "wording",
		Templates: console.Below(files, "templates"), Texts: console.Below(files, "texts"), Static: console.Below(files, "static"),
		Menu: []console.Entry{
			{Position: 80, Path: "wording", Text: "wording.menu", Right: staff.EditTexts},
			{Position: 85, Path: "mails", Text: "wording.menu.mails", Right: staff.EditTexts},
		},
		Pages: []console.Page{
			{Method: "GET", Path: "wording", Right: staff.EditTexts, Handle: a.list},
			{Method: "GET", Path: "wording/text", Right: staff.EditTexts, Handle: a.edit},
			{Method: "POST", Path: "wording/text", Right: staff.EditTexts, Handle: a.save},
			{Method: "POST", Path: "wording/restore", Right: staff.EditTexts, Handle: a.restore},
			{Method: "GET", Path: "mails", Right: staff.EditTexts, Handle: a.mails},
			{Method: "GET", Path: "mails/{kind}", Right: staff.EditTexts, Handle: a.mail},
			{Method: "POST", Path: "mails/{kind}", Right: staff.EditTexts, Handle: a.send},
		},
	}
}

// languages are those the tenant offers, Japanese first in any case: it is what
// every other falls back to.
func (a *area) languages(tx *store.Tx) ([]i18n.Lang, error) {
	site, err := a.Site(tx)
	if err != nil {
		return nil, err
	}
	list := []i18n.Lang{i18n.Japanese}
	for _, l := range site.Languages {
		if l != i18n.Japanese {
			list = append(list, l)
		}
	}
	return list, nil
}

// tab is one language to choose.
type tab struct {
	Lang i18n.Lang
	Name string
	Here bool
	Own  bool // the text in question is the tenant's own in it
}

func tabs(langs []i18n.Lang, here i18n.Lang) []tab {
	out := make([]tab, len(langs))
	for i, l := range langs {
		out[i] = tab{Lang: l, Name: i18n.Name(l), Here: l == here}
	}
	return out
}

// chosen reads the language wanted; Japanese if it is not one of langs.
func chosen(wanted string, langs []i18n.Lang) i18n.Lang {
	for _, l := range langs {
		if string(l) == wanted {
			return l
		}
	}
	return i18n.Japanese
}
