package retrieval

import (
	"errors"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/token/stop"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/analysis/tokenmap"
	"github.com/blevesearch/bleve/v2/mapping"

	"madoguchi/bot/understand"
)

// The library's analyzers of Portuguese and Spanish know their stop words by
// their accents, which a folded text has no more, and it has none of Filipino.
// So these are made here: the words that say nothing of the matter go, and in
// Portuguese and Spanish what is left loses its ending (the light stemmer;
// cartões and cartão, tarjetas and tarjeta are one). Filipino changes its words
// at the front and within, for which there is no stemmer: the forms that people
// ask with stand in words.go.
const (
	portuguese = "portuguese"
	spanish    = "spanish"
	filipino   = "filipino"
)

func addLatin(m *mapping.IndexMappingImpl) error {
	return errors.Join(
		addWordsOf(m, portuguese, string(pt.PortugueseStopWords), idlePortuguese, pt.LightStemmerName),
		addWordsOf(m, spanish, string(es.SpanishStopWords), idleSpanish, es.LightStemmerName),
		addWordsOf(m, filipino, "", idleFilipino),
	)
}

// addWordsOf adds the analyzer of a language that writes its words apart. stops
// is a list as the library has it, with remarks; idle are more such words.
func addWordsOf(m *mapping.IndexMappingImpl, name, stops, idle string, filters ...any) error {
	list := analysis.NewTokenMap()
	if err := list.LoadBytes([]byte(stops)); err != nil {
		return err
	}
	for _, word := range strings.Fields(idle) {
		list.AddToken(word)
	}
	var words []any
	for word := range list {
		words = append(words, understand.Fold(word))
	}
	return errors.Join(
		m.AddCustomTokenMap(name, map[string]any{"type": tokenmap.Name, "tokens": words}),
		m.AddCustomTokenFilter(name, map[string]any{"type": stop.Name, "stop_token_map": name}),
		m.AddCustomAnalyzer(name, map[string]any{
			"type": custom.Name, "tokenizer": unicode.Name, "token_filters": append([]any{lowercase.Name, name}, filters...),
		}),
	)
}

// The idle words: those a question is put with, that say nothing of what is
// asked. Unknown to the entries, they would make it look like one about
// something else. What a list of the library has is not repeated.
const (
	idlePortuguese = `
		oi olá bom boa dia tarde noite favor obrigado obrigada desculpe desculpa licença tudo bem alguém pode podem poderia poderiam posso podemos
		dizer informar explicar ajudar saber sabe sabem gostaria queria quero querem quer preciso precisa precisamos precisam devo deve
		faço faz fazem fazer feito fazia tenho tem têm temos ter vou vai vamos vão ir fui foi ia pra pro pras pros pelo pela dá dar deu daria
		aí aqui lá aqui ali né então daí agora ainda já só também mesmo mesma assim aliás acho parece existe há vocês cê eles elas gente
		qual quais quê como porque porquê caso sobre coisa negócio favor será seria sou somos ficar fica ficou
		estou tô está tá estava estamos meu minha meus minhas nosso nossa nossos nossas seu sua dele dela esse essa isso este esta isto aquele aquela
		um uma uns umas sim não`
	idleSpanish = `
		hola buen buenos buenas día días tardes noches favor gracias disculpe disculpa perdón alguien puede pueden puedo podemos podría podrían
		decir decirme informar explicar ayudar saber sabe saben quisiera quería quiero queremos quiere necesito necesita necesitamos debo debe deben
		hago hace hacer hecho haría tengo tiene tienen tenemos tener voy va vamos van ir fui fue iba dar da doy hay
		ahí aquí acá allá allí pues entonces ahora todavía aún ya solo sólo también mismo misma así creo parece existe ustedes usted
		cuál cuáles qué cómo caso cosa sería soy somos es son está estoy están
		mi mis nuestro nuestra nuestros nuestras su sus ese esa eso este esta esto aquel aquella sí si`
	idleFilipino = `
		po opo ho oho ang ng mga sa na nga ay at o si ni kay sina nina kina ako ko akin ikaw ka mo kayo ninyo nyo niyo inyo siya sya niya nya kanya
		kami namin amin tayo natin atin sila nila kanila ito ire iyan yan iyon yon yun yung ung iyong nung noong nito niyan noon nun dito diyan dyan doon dun
		ba lang lamang din rin naman kasi daw raw pala sana muna pa pala kaya eh e ah lng nlng pag kapag kung pero kahit para dahil kasi tapos saka
		ano anong alin aling saan san paano pano papaano sino sinong bakit may mayroon meron wala walang hindi di
		pwede puwede pwedeng puwedeng kailangan kailangang dapat gusto gustong hello hi magandang umaga hapon gabi salamat tanong magtanong itanong
		paki pakisabi alam malaman sabi yata ngayon`
)
