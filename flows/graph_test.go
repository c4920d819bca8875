package flows

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"madoguchi/i18n"
)

var update = flag.Bool("update", false, "write the expected files of testdata anew")

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func TestMermaid(t *testing.T) {
	golden(t, "card-pickup.mmd", compiled(t, "card-pickup").Mermaid(i18n.Japanese))
}

func TestSVG(t *testing.T) {
	f := compiled(t, "card-pickup")
	svg := f.SVG(i18n.Japanese)
	golden(t, "card-pickup.svg", svg)
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
	for _, want := range append([]string{"<title id=", "<desc id=", `role="img"`}, f.Order...) {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
}
