package event

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"madoguchi/flows"
)

// maxFile is far above any real event, in bytes.
const maxFile = 256 << 10

// File is an event file as it was read; Compile checks it and makes an Event.
type File struct {
	Path string
	Hash string

	body     body
	problems []flows.Problem
}

type body struct {
	Event  word        `yaml:"event"`
	Flow   word        `yaml:"flow"`
	Title  word        `yaml:"title"`
	Dates  named       `yaml:"dates"`
	Things named       `yaml:"things"`
	Places named       `yaml:"places"`
	People named       `yaml:"people"`
	Visit  []visitDecl `yaml:"visit"`
	Tasks  []taskDecl  `yaml:"tasks"`
}

type visitDecl struct {
	Service word `yaml:"service"`
	When    word `yaml:"when"`
}

type taskDecl struct {
	ID     word       `yaml:"id"`
	Group  word       `yaml:"group"`
	When   word       `yaml:"when"`
	Title  word       `yaml:"title"`
	Opens  word       `yaml:"opens"`
	Due    word       `yaml:"due"`
	Place  word       `yaml:"place"`
	People word       `yaml:"people"`
	Bring  []word     `yaml:"bring"`
	Online onlineDecl `yaml:"online"`
	Why    word       `yaml:"why"`
	Notes  []sentence `yaml:"notes"`
}

type onlineDecl struct {
	When  word `yaml:"when"`
	Text  word `yaml:"text"`
	Opens word `yaml:"opens"`
	Until word `yaml:"until"`
}

// word is a scalar with its place.
type word struct{ flows.Word }

// UnmarshalYAML takes a scalar of any kind as it is written.
func (w *word) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: a single text is wanted here", n.Line)
	}
	w.Word = flows.Word{Value: n.Value, Pos: flows.Pos{Line: n.Line, Column: n.Column}}
	return nil
}

// sentence is a text, or {text, when}.
type sentence struct{ Text, When word }

// UnmarshalYAML takes both forms.
func (s *sentence) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return s.Text.UnmarshalYAML(n)
	}
	var full struct {
		Text word `yaml:"text"`
		When word `yaml:"when"`
	}
	if err := strict(n, &full); err != nil {
		return err
	}
	s.Text, s.When = full.Text, full.When
	return nil
}

// named is a map of sentences in the order of the file.
type named []struct {
	Name word
	sentence
}

// UnmarshalYAML keeps the order.
func (m *named) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a list of name: text lines is wanted here", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		var one struct {
			Name word
			sentence
		}
		if err := one.Name.UnmarshalYAML(n.Content[i]); err != nil {
			return err
		}
		if err := one.sentence.UnmarshalYAML(n.Content[i+1]); err != nil {
			return err
		}
		*m = append(*m, one)
	}
	return nil
}

// strict decodes a map and refuses keys it does not know, which the decoder
// forgets below a type of our own.
func strict(n *yaml.Node, into any) error {
	source, err := yaml.Marshal(n)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(source))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("line %d: want text, and when if it has a condition", n.Line)
	}
	return n.Decode(into)
}

var unknownKey = regexp.MustCompile(`^field (\S+) not found in type`)

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

// Parse reads an event file. It always returns a File, which holds the faults of
// form it found; Compile reports them with the others.
func Parse(path string, source []byte) *File {
	sum := sha256.Sum256(source)
	f := &File{Path: path, Hash: hex.EncodeToString(sum[:])}
	fail := func(line int, message, hint string) {
		f.problems = append(f.problems, flows.Problem{
			File: path, Line: max(line, 1), Column: 1, Rule: "yaml", Severity: flows.Error, Message: message, Hint: hint,
		})
	}
	if len(source) > maxFile {
		fail(1, fmt.Sprintf("the file has %d bytes, more than %d", len(source), maxFile), "")
		return f
	}
	dec := yaml.NewDecoder(bytes.NewReader(source))
	dec.KnownFields(true)
	err := dec.Decode(&f.body)
	var many *yaml.TypeError
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		fail(1, "the file is empty", "start with event: and a name")
	case errors.As(err, &many):
		for _, e := range many.Errors {
			line, message := placed(e)
			fail(line, message, "")
		}
	default:
		line, message := placed(err.Error())
		fail(line, "not readable as YAML: "+message, "check the indentation, and put texts with : # or { in quotes")
	}
	return f
}

// placed takes the line out of what the YAML reader says.
func placed(message string) (int, string) {
	m := yamlLine.FindStringSubmatch(message)
	if m == nil {
		return 1, message
	}
	line, _ := strconv.Atoi(m[1])
	if key := unknownKey.FindStringSubmatch(m[2]); key != nil {
		return line, fmt.Sprintf("unknown key %q", key[1])
	}
	return line, m[2]
}

// Name is the event's name, "" if the file gives none.
func (f *File) Name() string { return f.body.Event.Value }

// Flow is the name of the flow whose fields the event sees.
func (f *File) Flow() string { return f.body.Flow.Value }
