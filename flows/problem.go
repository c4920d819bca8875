package flows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says whether a problem keeps a flow from being published.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one thing wrong with a flow file, said so that the person who
// wrote the file knows where to look and what to do.
type Problem struct {
	File         string
	Line, Column int // from 1
	Rule         string
	Severity     Severity
	Message      string
	Hint         string // "" if there is nothing to add
}

// String writes the problem as one line: place, message and hint.
//
//	card-pickup.yaml:12:9: unknown step "vist" (did you mean "visit"?)
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	if p.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Refused is the error of Compile: the problems that keep a flow from running.
type Refused struct{ Problems []Problem }

// Error lists the problems, one a line.
func (r *Refused) Error() string {
	lines := make([]string, len(r.Problems))
	for i, p := range r.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Errors returns the problems that are errors.
func Errors(problems []Problem) []Problem {
	var out []Problem
	for _, p := range problems {
		if p.Severity == Error {
			out = append(out, p)
		}
	}
	return out
}

// sortProblems puts problems in reading order and drops exact repetitions.
func sortProblems(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.Compact(ps)
}

// didYouMean returns a hint that names the candidate nearest to word: the one
// within a third of its letters in typing slips, or else the whole choice if it
// is small enough to read.
func didYouMean(word string, candidates []string) string {
	letters := len([]rune(word))
	best, dist := "", min(max(letters/3+1, 2), letters-1)
	for _, c := range candidates {
		if d := slips(word, c); d <= dist && (best == "" || d < dist) {
			best, dist = c, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	if len(candidates) == 0 {
		return ""
	}
	if len(candidates) > 12 {
		return ""
	}
	return "one of: " + strings.Join(candidates, ", ")
}

// slips counts the letters to add, drop, change or swap with a neighbour to get
// from a to b (optimal string alignment distance).
func slips(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return 64
	}
	var before []int
	last := make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row := make([]int, len(t)+1)
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(t)]
}
