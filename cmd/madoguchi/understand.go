package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"madoguchi/bot"
	"madoguchi/bot/action"
	"madoguchi/bot/understand"
	"madoguchi/flows"
	"madoguchi/flows/procedures"
	"madoguchi/i18n"
	"madoguchi/i18n/civil"
)

// understandCommand prints as JSON what the bot makes of a phrase.
type understandCommand struct {
	Lang   string `default:"ja" help:"Language of the phrase."`
	Type   string `default:"intent" enum:"date,birthdate,time,number,yesno,postal,phone,mail,kana,code,intent" help:"What to look for."`
	Batch  string `help:"Read lang, type, now and phrase from the lines of a file, tabs between." placeholder:"FILE.tsv"`
	Phrase string `arg:"" optional:""`
}

// meaning is one output line.
type meaning struct {
	Value      any     `json:"value"`
	Confidence float64 `json:"confidence"`
	Reason     string  `json:"reason,omitempty"`
	// Others are further readings: the bot would ask which was meant.
	Others []any `json:"others,omitempty"`
}

// Run prints one object, or one a line of the batch.
func (c *understandCommand) Run(env *environment) error {
	shelf, err := builtinShelf()
	if err != nil {
		return err
	}
	out := json.NewEncoder(env.out)
	out.SetEscapeHTML(false)
	if c.Batch == "" {
		if c.Phrase == "" {
			return fmt.Errorf("%w: give a phrase, or --batch FILE", errUsage)
		}
		return out.Encode(mean(shelf, c.Lang, c.Type, civil.In(env.clock()), c.Phrase))
	}
	f, err := os.Open(c.Batch)
	if err != nil {
		return fmt.Errorf("%w: read the batch: %w", errUsage, err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		parts := strings.SplitN(lines.Text(), "\t", 4)
		if len(parts) != 4 {
			return fmt.Errorf("%w: %s:%d: want lang, type, now and phrase with tabs between", errUsage, c.Batch, n)
		}
		now := env.clock()
		if parts[2] != "" {
			if now, err = time.Parse(time.RFC3339, parts[2]); err != nil {
				return fmt.Errorf("%w: %s:%d: time %q: want RFC 3339", errUsage, c.Batch, n, parts[2])
			}
		}
		if err := out.Encode(mean(shelf, parts[0], parts[1], civil.In(now), parts[3])); err != nil {
			return err
		}
	}
	return lines.Err()
}

// builtinShelf is what ships with the program; understanding needs no database.
func builtinShelf() (*bot.Shelf, error) {
	cat := i18n.Builtin()
	current := map[string]*flows.Flow{}
	for _, name := range procedures.Order {
		f, err := procedures.Compile(name, procedures.Files(), action.Vocabulary(), cat)
		if err != nil {
			return nil, err
		}
		current[name] = f
	}
	answers, err := procedures.FAQ(cat)
	if err != nil {
		return nil, err
	}
	return bot.NewShelf(current, procedures.Order, answers, procedures.Said), nil
}

func mean(shelf *bot.Shelf, lang, kind string, now civil.DateTime, phrase string) meaning {
	c := understand.Context{Lang: i18n.Lang(lang), Now: now}
	phrase, _ = understand.Clean(phrase, 5000)
	if kind == "intent" {
		if v, conf := shelf.Intent(c, phrase); v != "" {
			return meaning{Value: v, Confidence: rounded(conf)}
		}
		return meaning{}
	}
	r := understand.Value(c, understand.Field{Type: kind}, phrase)
	v, ok := r.Value()
	if !ok {
		m := meaning{Reason: string(r.Reason)}
		for _, cand := range r.Candidates {
			m.Others = append(m.Others, typed(kind, cand.Value))
		}
		return m
	}
	return meaning{Value: typed(kind, v), Confidence: rounded(r.Candidates[0].Confidence)}
}

// typed gives numbers as JSON numbers.
func typed(kind, v string) any {
	if kind == "number" {
		return json.Number(v)
	}
	return v
}

// rounded leaves off what only tells in which order floats were added.
func rounded(confidence float64) float64 { return math.Round(confidence*1e4) / 1e4 }
