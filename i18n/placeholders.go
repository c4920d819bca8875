package i18n

// Placeholders returns the names the text's Japanese uses, each once, in order.
// The slice is shared: do not change it.
func (t *Text) Placeholders() []string { return t.template(Japanese).names }
