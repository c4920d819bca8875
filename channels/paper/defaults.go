package paper

import "embed"

//go:embed defaults/*.txt
var defaults embed.FS

// Default returns the text of a template that comes with the program: "notice"
// (交付通知書) or "guidance" (交付案内文). The papers to bring are those of
// domain-facts 8.2 to 8.5; what differs between municipalities is left to the
// office.
func Default(name string) (text string, ok bool) {
	b, err := defaults.ReadFile("defaults/" + name + ".txt")
	return string(b), err == nil
}

// Defaults are the names Default knows, in order.
func Defaults() []string { return []string{"notice", "guidance"} }
