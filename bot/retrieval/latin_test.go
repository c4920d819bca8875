package retrieval_test

import (
	"testing"

	"madoguchi/bot/retrieval"
	"madoguchi/i18n"
)

// In Portuguese, Spanish and Filipino the words that a question is put with do
// not hide its matter, and a word is found with another ending, without its
// accents and as another one that means the same.
func TestWordsOfRomanceAndFilipino(t *testing.T) {
	entries := builtin(t)
	for lang, cases := range map[i18n.Lang]map[string]string{
		"pt-BR": {
			"Oi, bom dia! Por favor, eu gostaria de saber o que é o tenkyo todoke": "what-tenkyo",
			"a habilitacao precisa mudar o endereco":                               "driving-licence",
			"cartões de crédito e bancos":                                          "other-addresses",
		},
		"es": {
			"Hola, buenos días, quisiera saber qué es el tenkyo todoke, gracias": "what-tenkyo",
			"direccion del permiso de conducir":                                  "driving-licence",
			"tarjetas de crédito y bancos":                                       "other-addresses",
		},
		"fil": {
			"Magandang umaga po, itatanong ko lang sana kung ano yung tenkyo todoke, salamat po": "what-tenkyo",
			"di ko mahanap yung sertipiko ng paglipat palabas":                                   "tenshutsu-lost",
		},
	} {
		x, err := retrieval.New(entries, i18n.Japanese, lang)
		if err != nil {
			t.Fatal(err)
		}
		for words, want := range cases {
			found, err := x.Find(lang, words, nil, 3)
			if err != nil || len(found) == 0 || found[0].ID != want || found[0].Confidence < 0.2 {
				t.Errorf("%q (%s): %+v, %v; want %s", words, lang, found, err, want)
			}
		}
	}
}
