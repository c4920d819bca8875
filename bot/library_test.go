package bot

import (
	"testing"

	"madoguchi/i18n"
)

// While what one language needs is being made, another is not kept waiting, and
// nobody makes it twice.
func TestEachLangWaitsForItselfOnly(t *testing.T) {
	var e eachLang[string]
	begun, end, made := make(chan bool), make(chan bool), make(chan string)
	slow := func() (string, error) {
		close(begun)
		<-end
		return "ne", nil
	}
	for range 2 {
		go func() {
			got, _ := e.get("ne", slow)
			made <- got
		}()
	}
	<-begun
	if got, _ := e.get(i18n.Japanese, func() (string, error) { return "ja", nil }); got != "ja" || !e.has(i18n.Japanese) {
		t.Errorf("ja: %q", got)
	}
	if e.has("ne") {
		t.Error("ne is there before it is made")
	}
	close(end)
	for range 2 {
		if got := <-made; got != "ne" {
			t.Errorf("ne: %q", got)
		}
	}
	if !e.has("ne") {
		t.Error("ne is not there")
	}
}
