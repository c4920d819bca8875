package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels/gate"
	"madoguchi/i18n"
	"madoguchi/store"
	"madoguchi/store/staff"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

//go:embed texts
var textFiles embed.FS

// frame is the area of the shell itself: the first page.
func frame() Area {
	return Area{
		Name: "home", Templates: Below(templateFiles, "templates"), Texts: Below(textFiles, "texts"), Static: Below(staticFiles, "static"),
		Pages: []Page{{Method: "GET", Path: "", Handle: home}},
		Menu:  []Entry{{Position: 0, Path: "", Text: "console.menu.home"}},
	}
}

// Below is a folder of an area's embedded files. It panics if fsys could not have
// such a folder, which a constant name rules out.
func Below(fsys fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(fsys, dir)
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}

// home shows the areas' cards. One that cannot be counted does not keep the
// others away.
func home(q *Request) error {
	var cards []HomeCard
	for _, a := range q.console.areas {
		if a.Home == nil {
			continue
		}
		of, err := a.Home(q)
		if err != nil {
			q.console.Log.Warn("an area has no cards for the first page", "area", a.Name, "request", gate.RequestID(q.Context()), "error", err)
			continue
		}
		for _, c := range of {
			if c.Right == "" || q.May(c.Right) {
				cards = append(cards, c)
			}
		}
	}
	return q.Render("home", "console.home.title", cards)
}

// load parses the areas' templates, texts and static files.
func (k *Console) load() error {
	k.texts = &i18n.Catalog{}
	k.assets = map[string][]byte{}
	k.pages = map[string]*template.Template{}
	layout, err := template.New("layout").Funcs(functions).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return err
	}
	sum := sha256.New()
	for _, a := range k.areas {
		k.menu = append(k.menu, a.Menu...)
		if a.Texts != nil {
			if k.texts, err = k.texts.With(a.Texts); err != nil {
				return fmt.Errorf("texts of %s: %w", a.Name, err)
			}
		}
		if a.Templates != nil {
			names, err := fs.Glob(a.Templates, "*.html")
			if err != nil {
				return err
			}
			for _, file := range names {
				name := strings.TrimSuffix(file, ".html")
				if name == "layout" || name == "parts" {
					continue
				}
				if k.pages[name] != nil {
					return fmt.Errorf("two templates %s", name)
				}
				with := []string{file}
				if slices.Contains(names, "parts.html") { // what the pages of the area share
					with = []string{"parts.html", file}
				}
				if k.pages[name], err = template.Must(layout.Clone()).ParseFS(a.Templates, with...); err != nil {
					return fmt.Errorf("template %s: %w", name, err)
				}
			}
		}
		if a.Static != nil {
			err := fs.WalkDir(a.Static, ".", func(name string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				data, err := fs.ReadFile(a.Static, name)
				k.assets[name] = data
				fmt.Fprintf(sum, "%s %d\n", name, len(data))
				sum.Write(data)
				return err
			})
			if err != nil {
				return fmt.Errorf("static files of %s: %w", a.Name, err)
			}
		}
	}
	slices.SortStableFunc(k.menu, func(a, b Entry) int { return a.Position - b.Position })
	k.version = hex.EncodeToString(sum.Sum(nil))[:12]
	return nil
}

// execute draws the page name inside the layout.
func (k *Console) execute(w io.Writer, name string, v *view) error {
	t := k.pages[name]
	if t == nil {
		return fmt.Errorf("there is no template %s (have %v)", name, slices.Sorted(maps.Keys(k.pages)))
	}
	if err := t.ExecuteTemplate(w, "page", v); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	return nil
}

// asset serves an embedded file under an address that changes with its content.
func (k *Console) asset(w http.ResponseWriter, r *http.Request) {
	data, ok := k.assets[r.PathValue("file")]
	if !ok {
		gate.NotFound(w, r)
		return
	}
	if r.PathValue("version") == k.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.PathValue("file"))))
	http.ServeContent(w, r, "", k.Clock(), bytes.NewReader(data))
}

// functions are what every template may call besides the methods of view.
var functions = template.FuncMap{
	"arg":  func(name string, value any) i18n.Arg { return i18n.Arg{Name: name, Value: value} },
	"list": func(items ...any) []any { return items },
	"add":  func(a, b int) int { return a + b },
}

// view is what a template gets: the request's own methods (T, May …), the frame
// and the page's Data.
type view struct {
	*Request
	Title  string
	City   string
	Notice string
	Data   any
}

func (v *view) fill() error {
	v.Notice = v.notice()
	if v.console.City == nil {
		return nil
	}
	return v.View(func(tx *store.Tx) (err error) {
		v.City, err = v.console.City(tx)
		return err
	})
}

// menuGroup is a part of the menu under a heading.
type menuGroup struct {
	Text    string // key of the heading, "" without one
	Entries []Entry
}

// menuGroups are the headings and the first position of each.
var menuGroups = []struct {
	from int
	text string
}{{0, ""}, {1, "console.menu.bookings"}, {40, "console.menu.cards"}, {60, "console.menu.reports"}, {70, "console.menu.setup"}}

// Menu are the entries this person may open, in groups. It is empty while
// something else must be done first.
func (v *view) Menu() []menuGroup {
	if v.First != "" {
		return nil
	}
	var groups []menuGroup
	for i, g := range menuGroups {
		group := menuGroup{Text: g.text}
		for _, e := range v.console.menu {
			if e.Position < g.from || i+1 < len(menuGroups) && e.Position >= menuGroups[i+1].from || e.Right != "" && !v.May(e.Right) {
				continue
			}
			group.Entries = append(group.Entries, e)
		}
		if len(group.Entries) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// Here reports whether a menu entry is the part of the console being looked at:
// of the entries that fit the address, the longest.
func (v *view) Here(e Entry) bool {
	at := strings.TrimPrefix(v.URL.Path, Base)
	if !e.covers(at) {
		return false
	}
	return !slices.ContainsFunc(v.console.menu, func(o Entry) bool { return len(o.Path) > len(e.Path) && o.covers(at) })
}

// covers reports whether an address belongs to the entry.
func (e Entry) covers(at string) bool {
	if e.Path == "" {
		return at == ""
	}
	return at == e.Path || strings.HasPrefix(at, e.Path+"/")
}

// Can is May for templates, which have the right's name only.
func (v *view) Can(right string) bool { return v.May(staff.Right(right)) }

// Asset is the address of a static file.
func (v *view) Asset(name string) string { return "/assets/console/" + v.console.version + "/" + name }

// With is this page's address with one query value set.
func (v *view) With(key string, value any) string {
	q := v.URL.Query()
	q.Set(key, fmt.Sprint(value))
	return "?" + q.Encode()
}

// Pager is the part of a list that is shown: Page counts from 1.
type Pager struct {
	Page, Size, Total int
}

// PagerOf reads the page wanted from a request's query.
func PagerOf(values url.Values, size int) Pager {
	n, err := strconv.Atoi(values.Get("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		n = 1
	}
	return Pager{Page: n, Size: size}
}

// Pages is how many pages there are, at least one.
func (p Pager) Pages() int { return max(1, (p.Total+p.Size-1)/p.Size) }

// From and To number the first and last row shown, from 1.
func (p Pager) From() int { return min(p.Total, (p.Page-1)*p.Size+1) }
func (p Pager) To() int   { return min(p.Total, p.Page*p.Size) }

// Offset is how many rows lie before the page.
func (p Pager) Offset() int { return (p.Page - 1) * p.Size }
