package procedures

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"madoguchi/flows"
	"madoguchi/i18n"
)

//go:embed said/*.tsv
var saidFiles embed.FS

// Said returns what people say in a language: from it the program learns what the
// phrases of a flow do not show. A language nobody has written any for has none.
//
// A line of said/<language>.tsv is what for and the sentence, with a tab between.
func Said(lang i18n.Lang) []flows.Saying {
	file := "said/" + string(lang) + ".tsv"
	b, err := saidFiles.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		panic(err) // embedded
	}
	out := make([]flows.Saying, 0, strings.Count(string(b), "\n"))
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		aim, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || aim == "" || text == "" {
			panic(fmt.Sprintf("%s:%d: want what for and a sentence with a tab between", file, n)) // a test reads every file
		}
		out = append(out, flows.Saying{For: aim, Text: text})
	}
	return out
}
