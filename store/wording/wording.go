// Package wording keeps the texts that a municipality words in its own way, in
// place of those of the program: what the dialog says, the pages, the mails and
// the cards on LINE (S4-060).
//
//	Set, Reset ─▶ one row a change ─▶ Own: the catalog in the tenant's words
//	                    └─▶ History, and any earlier words again
//
// A text is named by its key and language as in the catalogs; texts of flows are
// flow.<flow>.<step>.<part>, as their translations are. A flow is not published
// anew for a changed sentence: a tenant's own version of a flow no longer takes
// part in what the program's version learns of the procedure, and conversations
// under way would keep the old words.
//
// Own costs a tenant one small read of the newest change's number; the catalog
// is put together once a change on every node, and a tenant without words of
// its own has none. The dialog asks for it when it looks for published flows
// (bot.Library), once a second and not once a turn.
package wording

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"madoguchi/i18n"
	"madoguchi/store"
)

// Wordings gives tenants their texts. It remembers what it put together and is
// safe for concurrent use.
type Wordings struct {
	program *i18n.Catalog
	mu      sync.Mutex
	known   map[string]edition // by tenant
}

// edition is a tenant's catalog as of one change.
type edition struct {
	mark  string
	texts *i18n.Catalog // nil: the program's
}

// New returns the texts of all tenants over those of the program.
func New(program *i18n.Catalog) *Wordings {
	return &Wordings{program: program, known: map[string]edition{}}
}

// Own returns the catalog in the words of the transaction's tenant, nil if it
// has none of its own; the same one until something changes.
func (w *Wordings) Own(tx *store.Tx) (*i18n.Catalog, error) {
	mark, err := latest(tx)
	if err != nil || mark == "" {
		return nil, err
	}
	id := tx.Tenant()
	w.mu.Lock()
	have := w.known[id]
	w.mu.Unlock()
	if have.mark == mark {
		return have.texts, nil
	}
	list, err := w.InForce(tx)
	if err != nil {
		return nil, err
	}
	made := edition{mark: mark}
	if len(list) > 0 {
		own := make([]i18n.Wording, len(list))
		for i, c := range list {
			own[i] = i18n.Wording{Key: c.Key, Lang: c.Lang, Text: c.Words}
		}
		made.texts = w.program.Reworded(own)
	}
	// Kept only once the transaction has ended well: it may have read what it
	// wrote itself, and be undone.
	tx.OnCommit(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.known[id] = made
	})
	return made.texts, nil
}

// Catalog returns the texts of the transaction's tenant, its own or the program's.
func (w *Wordings) Catalog(tx *store.Tx) (*i18n.Catalog, error) {
	own, err := w.Own(tx)
	if err != nil || own != nil {
		return own, err
	}
	return w.program, nil
}

// latest returns the mark of the tenant's newest change, "" if there is none.
func latest(tx *store.Tx) (mark string, err error) {
	err = tx.Row(`SELECT mark FROM wording WHERE tenant = $1 ORDER BY number DESC LIMIT 1`, tx.Tenant()).Scan(&mark)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("look for changed texts: %w", err)
	}
	return mark, nil
}

// Change is one change of one text in one language.
type Change struct {
	Number int64 // rises over all texts of the tenant
	Key    string
	Lang   i18n.Lang
	Words  string // "": the program's again
	Source string // i18n.Hash of the program's words at that time
	At     time.Time
	By     string
}

// longest is the most a text may have, in characters: what fits a message of
// every channel (LINE: 5,000) with the values filled in.
const longest = 2000

// ErrChanged says that somebody else has changed the text in between.
var ErrChanged = errors.New("the text was changed by someone else")

// Refusal says why words cannot stand for a text.
type Refusal struct {
	Why     string   // empty, long, control, lines, syntax, placeholders
	Near    string   // syntax: what stands where the fault is
	Unknown []string // placeholders nobody has a value for
	Missing []string // placeholders left out
}

// Error names the reason.
func (r *Refusal) Error() string { return "the words are refused: " + r.Why }

// Check looks whether words can stand for a text of the program in a language;
// oneLine is for titles, buttons and subjects. The error is a *Refusal.
func Check(text *i18n.Text, lang i18n.Lang, words string, oneLine bool) error {
	switch {
	case strings.TrimSpace(words) == "":
		return &Refusal{Why: "empty"}
	case utf8.RuneCountInString(words) > longest:
		return &Refusal{Why: "long"}
	case !utf8.ValidString(words), strings.ContainsFunc(words, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		return &Refusal{Why: "control"}
	case oneLine && strings.Contains(words, "\n"):
		return &Refusal{Why: "lines"}
	}
	err := text.Fits(lang, words)
	var syntax *i18n.SyntaxError
	var names *i18n.PlaceholderError
	switch {
	case errors.As(err, &syntax):
		from := []rune(words[:min(syntax.Offset, len(words))])
		near := string(from[max(0, len(from)-10):])
		to := []rune(words[min(syntax.Offset, len(words)):])
		return &Refusal{Why: "syntax", Near: near + string(to[:min(len(to), 10)])}
	case errors.As(err, &names):
		return &Refusal{Why: "placeholders", Unknown: names.Unknown, Missing: names.Missing}
	}
	return err
}

// Text is a text of the program to be changed.
type Text struct {
	*i18n.Text
	Lang    i18n.Lang
	OneLine bool
	// Seen is the number of the change that whoever changes it has seen, 0 for
	// the program's words.
	Seen int64
}

// Set puts words in place of the program's. Equal words change nothing, the
// program's words are a Reset. Errors: *Refusal, ErrChanged.
func (w *Wordings) Set(tx *store.Tx, t Text, words, by string) error {
	words = strings.TrimRight(strings.ReplaceAll(words, "\r\n", "\n"), "\n")
	if err := Check(t.Text, t.Lang, words, t.OneLine); err != nil {
		return err
	}
	if source, ok := t.Pattern(t.Lang); ok && source == words {
		words = ""
	}
	return w.put(tx, t, words, by)
}

// Reset puts the program's words back. The error may be ErrChanged.
func (w *Wordings) Reset(tx *store.Tx, t Text, by string) error { return w.put(tx, t, "", by) }

func (w *Wordings) put(tx *store.Tx, t Text, words, by string) error {
	// One at a time, so that numbers commit in their order.
	if err := tx.Row(`SELECT id FROM tenant WHERE id = $1`+tx.ForUpdate(), tx.Tenant()).Scan(new(string)); err != nil {
		return fmt.Errorf("change a text: %w", err)
	}
	now, err := one(tx, t.Key, t.Lang)
	if err != nil {
		return err
	}
	if now.Number != t.Seen {
		return ErrChanged
	}
	if now.Words == words {
		return nil
	}
	var last int64
	if err := tx.Row(`SELECT COALESCE(MAX(number), 0) FROM wording WHERE tenant = $1`, tx.Tenant()).Scan(&last); err != nil {
		return fmt.Errorf("number a changed text: %w", err)
	}
	source, _ := t.Pattern(t.Lang)
	if _, err := tx.Exec(`INSERT INTO wording (tenant, number, mark, text_key, lang, words, source, saved_at, saved_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, tx.Tenant(), last+1, store.NewID(), t.Key, string(t.Lang), words,
		i18n.Hash(source), store.Millis(tx.Now()), by); err != nil {
		return fmt.Errorf("change a text: %w", err)
	}
	action := "text.change"
	if words == "" {
		action = "text.reset"
	}
	return tx.Audit(by, action, t.Key, "lang", string(t.Lang), "number", last+1)
}

const columns = `number, text_key, lang, words, source, saved_at, saved_by`

func scan(row interface{ Scan(dest ...any) error }) (Change, error) {
	var c Change
	var lang string
	var at int64
	err := row.Scan(&c.Number, &c.Key, &lang, &c.Words, &c.Source, &at, &c.By)
	c.Lang, c.At = i18n.Lang(lang), store.FromMillis(at)
	return c, err
}

// one returns the newest change of a text, the zero Change if there is none.
func one(tx *store.Tx, key string, lang i18n.Lang) (Change, error) {
	c, err := scan(tx.Row(`SELECT `+columns+` FROM wording WHERE tenant = $1 AND text_key = $2 AND lang = $3
		ORDER BY number DESC LIMIT 1`, tx.Tenant(), key, string(lang)))
	if errors.Is(err, store.ErrNotFound) {
		return Change{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("look up a changed text: %w", err)
	}
	return c, nil
}

// Latest returns the newest change of a text in a language, also one that put
// the program's words back; the zero Change if it was never changed.
func (w *Wordings) Latest(tx *store.Tx, key string, lang i18n.Lang) (Change, error) {
	return one(tx, key, lang)
}

// InForce lists the words the tenant has in place of the program's.
func (w *Wordings) InForce(tx *store.Tx) ([]Change, error) {
	list, err := list(tx, `SELECT `+columns+` FROM wording o WHERE tenant = $1 AND number = (SELECT MAX(number) FROM wording i
		WHERE i.tenant = o.tenant AND i.text_key = o.text_key AND i.lang = o.lang) ORDER BY number`, tx.Tenant())
	return slices.DeleteFunc(list, func(c Change) bool { return c.Words == "" }), err
}

// historyLength is how many changes of one text are shown; all are kept.
const historyLength = 50

// History lists the changes of a text in a language, the newest first.
func (w *Wordings) History(tx *store.Tx, key string, lang i18n.Lang) ([]Change, error) {
	return list(tx, `SELECT `+columns+` FROM wording WHERE tenant = $1 AND text_key = $2 AND lang = $3
		ORDER BY number DESC LIMIT $4`, tx.Tenant(), key, string(lang), historyLength)
}

// At returns one change of a text; store.ErrNotFound if there is none.
func (w *Wordings) At(tx *store.Tx, key string, lang i18n.Lang, number int64) (Change, error) {
	c, err := scan(tx.Row(`SELECT `+columns+` FROM wording WHERE tenant = $1 AND number = $2 AND text_key = $3 AND lang = $4`,
		tx.Tenant(), number, key, string(lang)))
	if err != nil {
		return c, fmt.Errorf("look up change %d: %w", number, err)
	}
	return c, nil
}

func list(tx *store.Tx, query string, args ...any) ([]Change, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, fmt.Errorf("list changed texts: %w", err)
	}
	defer rows.Close()
	var out []Change
	for rows.Next() {
		c, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list changed texts: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
