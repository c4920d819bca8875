package tenant

import (
	"fmt"
	"time"

	"madoguchi/store"
)

// SiteSection is the settings section of Site.
const SiteSection = "site"

// Site are the basics of a municipality's booking site that the plain settings
// do not have (S4-056, S4-057). The name of the municipality, office, address,
// telephone and home page are the plain settings', which greetings, mails and
// letters already take them from.
type Site struct {
	Operator    string `json:"operator,omitempty"`     // 運営管理団体
	OperatorID  string `json:"operator_id,omitempty"`  // ID
	PostalCode  string `json:"postal_code,omitempty"`  // 郵便番号
	Person      string `json:"person,omitempty"`       // 担当者名
	Fax         string `json:"fax,omitempty"`          // FAX
	Mail        string `json:"mail,omitempty"`         // メール, where residents may write to
	Name        string `json:"name,omitempty"`         // サイト名
	Header      string `json:"header,omitempty"`       // ヘッダータイトル
	ServiceCode string `json:"service_code,omitempty"` // サービスコード
	Position    int    `json:"position,omitempty"`     // 表示順
	// AtApplication: the identity is checked when the card is applied for
	// (申請時来庁方式), so that nobody has to come for it; otherwise when it is
	// handed over (交付時来庁方式, S4-137).
	AtApplication bool      `json:"at_application,omitempty"`
	Made          time.Time `json:"made,omitzero"`    // 登録日時
	Changed       time.Time `json:"changed,omitzero"` // 更新日時
}

// AtApplication reports whether the people of a transaction's municipality come to
// apply for their cards (申請時来庁方式, S4-137).
func (r *Registry) AtApplication(tx *store.Tx) (bool, error) {
	t, err := r.In(tx)
	if err != nil {
		return false, err
	}
	var site Site
	err = t.Settings.Section(SiteSection, &site)
	return site.AtApplication, err
}

// SaveIn is Save within a transaction of the tenant.
func (r *Registry) SaveIn(tx *store.Tx, t *Tenant, who string) error {
	if err := r.save(tx, t, who, "save-tenant"); err != nil {
		return fmt.Errorf("saving tenant %s: %w", t.ID, err)
	}
	return nil
}
