package main

import (
	"context"
	"time"

	"madoguchi/channels/line"
	"madoguchi/channels/web"
	"madoguchi/i18n"
	"madoguchi/store"
)

// texter gives the texts of a catalog by key.
func texter(c *i18n.Catalog) web.Texts {
	return func(lang i18n.Lang, key string, args ...i18n.Arg) string { return c.Text(key).In(lang, args...) }
}

// textPatience is how long a message on its way out waits for the tenant's own
// words; then it goes with the program's.
const textPatience = 2 * time.Second

// tenantText gives a tenant's texts by key where no transaction is open.
func (h *house) tenantText(tenant string) line.Texts {
	ctx, cancel := context.WithTimeout(context.Background(), textPatience)
	defer cancel()
	texts := h.texts
	err := h.db.View(ctx, tenant, func(tx *store.Tx) (err error) {
		texts, err = h.wordings.Catalog(tx)
		return err
	})
	if err != nil {
		h.log.Warn("the tenant's own words cannot be read", "tenant", tenant, "error", err)
		texts = h.texts
	}
	return line.Texts(texter(texts))
}
