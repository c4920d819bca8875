package main

import (
	"testing"

	"madoguchi/i18n"
	"madoguchi/store/storetest"
)

// TestTheConsoleSpeaksBothLanguages looks for texts of the console that one of
// its two languages lacks, or says with other values.
func TestTheConsoleSpeaksBothLanguages(t *testing.T) {
	v := openTown(t, storetest.SQLite, false)
	for _, a := range v.areas() {
		c, err := i18n.Load(a.Texts)
		if err != nil {
			t.Fatalf("%s: %v", a.Name, err)
		}
		for _, issue := range c.Report() {
			if issue.Kind != i18n.Stale { // staff texts carry no stamps
				t.Errorf("%s: %s", a.Name, issue)
			}
		}
	}
}
