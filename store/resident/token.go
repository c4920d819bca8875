package resident

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"madoguchi/store"
)

// token is the keyed hash of something a resident can be found by, cut to 64
// bits. Two that are equal by chance cost a comparison, no more: what was found
// is unsealed and compared.
func token(tx *store.Tx, kind, value string) int64 {
	return int64(binary.BigEndian.Uint64(tx.Blind("resident.token", kind+"\x00"+value)))
}

// Kinds of tokens.
const (
	byPhone  = "phone"
	byMail   = "mail"
	byBorn   = "born"
	byClass  = "class"
	byManage = "manage"
	byGram   = "gram"
)

// tokens are all tokens of a profile, sorted, each once.
func tokens(tx *store.Tx, p *Profile) []int64 {
	var list []int64
	add := func(kind, value string) {
		if value != "" {
			list = append(list, token(tx, kind, value))
		}
	}
	add(byPhone, p.Phone)
	add(byPhone, p.Phone2)
	add(byMail, strings.ToLower(p.Mail))
	add(byBorn, p.Get(Born))
	add(byClass, p.Class)
	add(byManage, p.Manage)
	for _, g := range grams(p) {
		add(byGram, g)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// start stands before the first character of a part of a name.
const start = "^"

// grams are the pieces of name and kana that a search may ask for: each pair of
// characters, each single one that is not kana, and the beginnings of the parts.
// A single kana is in one name of three; it can be asked for as a beginning only.
func grams(p *Profile) []string {
	seen := map[string]bool{}
	for _, text := range []string{p.Name, p.Kana} {
		for _, part := range strings.Fields(text) {
			if part = fold(part); part != "" {
				seen[start+first(part)] = true
			}
		}
		for _, g := range pieces(fold(text)) {
			seen[g] = true
		}
	}
	for _, r := range fold(p.Name) {
		if !isKatakana(r) {
			seen[string(r)] = true
		}
	}
	list := make([]string, 0, len(seen))
	for g := range seen {
		list = append(list, g)
	}
	return list
}

// pieces are the pairs of neighbouring characters.
func pieces(folded string) []string {
	runes := []rune(folded)
	var list []string
	for i := 0; i+1 < len(runes); i++ {
		list = append(list, string(runes[i:i+2]))
	}
	return list
}

// wanted are the grams that a name with these words in it must have.
func wanted(folded string, beginning bool) []string {
	runes := []rune(folded)
	var list []string
	if beginning || len(runes) == 1 && isKatakana(runes[0]) {
		list = append(list, start+first(folded))
	}
	if len(runes) == 1 && !isKatakana(runes[0]) {
		list = append(list, folded)
	}
	return append(list, pieces(folded)...)
}

// matches reports whether a name has the words in it, or begins with them.
func (p *Profile) matches(folded string, beginning bool) bool {
	for _, text := range []string{p.Name, p.Kana} {
		whole := fold(text)
		if strings.HasPrefix(whole, folded) {
			return true
		}
		if one := []rune(folded); len(one) == 1 && isKatakana(one[0]) && !beginning {
			for _, part := range strings.Fields(text) {
				if strings.HasPrefix(fold(part), folded) {
					return true
				}
			}
			continue
		}
		if !beginning && strings.Contains(whole, folded) {
			return true
		}
	}
	return false
}

func first(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// fold brings names to the form they are compared in: one width, one case, one
// kana, one of the forms of a character, no spaces or points. It is never kept.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("・.,'’-\ufe0f", r) || r >= 0xE0100 && r <= 0xE01EF || r >= 0xFE00 && r <= 0xFE0F {
			return -1 // also the selectors of variants (異体字)
		}
		if same, ok := variants[r]; ok {
			return same
		}
		return r
	}, strings.ToLower(katakana(norm.NFKC.String(s))))
}

// variants are forms of one character that people do not tell apart when they
// search: who looks for 高橋 finds 髙橋. Nothing is rewritten by it.
var variants = variantTable("高髙", "崎﨑嵜", "吉𠮷", "浜濱濵", "辺邉邊", "斉斎齊齋", "沢澤", "広廣", "国國", "島嶋嶌",
	"真眞", "恵惠", "竜龍", "瀬瀨", "桑桒", "館舘", "静靜", "徳德", "浅淺", "寿壽", "栄榮", "円圓", "桜櫻", "条條", "万萬",
	"与與", "曽曾", "弥彌", "関關", "塩鹽", "渋澁澀", "蔵藏", "滝瀧", "実實", "亀龜", "鉄鐵", "富冨", "峰峯", "梅楳", "来來",
	"黒黑", "巌巖", "豊豐", "検檢", "礼禮", "歩步", "清淸", "遥遙", "涼凉", "柳栁", "土圡", "角⻆")

func variantTable(groups ...string) map[rune]rune {
	table := map[rune]rune{}
	for _, g := range groups {
		runes := []rune(g)
		for _, r := range runes[1:] {
			table[r] = runes[0]
		}
	}
	return table
}

// entry is a row of the index.
type entry struct{ token, resident int64 }

func (e entry) compare(o entry) int {
	return cmp.Or(cmp.Compare(e.token, o.token), cmp.Compare(e.resident, o.resident))
}

func entries(serial int64, list []int64) []entry {
	out := make([]entry, len(list))
	for i, t := range list {
		out[i] = entry{t, serial}
	}
	return out
}

// entriesAtOnce is how many rows one statement inserts.
const entriesAtOnce = 400

// addEntries and dropTokens keep the index in step with the records.
func addEntries(tx *store.Tx, list []entry) error {
	for part := range slices.Chunk(list, entriesAtOnce) {
		var q strings.Builder
		q.WriteString(`INSERT INTO resident_token(tenant,token,resident) VALUES`)
		args := []any{tx.Tenant()}
		for i, e := range part {
			if i > 0 {
				q.WriteByte(',')
			}
			args = append(args, e.token, e.resident)
			q.WriteString(`($1,$` + strconv.Itoa(len(args)-1) + `,$` + strconv.Itoa(len(args)) + `)`)
		}
		if _, err := tx.Exec(q.String(), args...); err != nil {
			return fmt.Errorf("indexing residents: %w", err)
		}
	}
	return nil
}

func dropTokens(tx *store.Tx, serial int64, list []int64) error {
	for _, t := range list {
		if _, err := tx.Exec(`DELETE FROM resident_token WHERE tenant=$1 AND token=$2 AND resident=$3`, tx.Tenant(), t, serial); err != nil {
			return fmt.Errorf("unindexing a resident: %w", err)
		}
	}
	return nil
}
