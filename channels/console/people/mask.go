package people

import (
	"fmt"
	"strings"

	"madoguchi/i18n"
	"madoguchi/i18n/civil"
	"madoguchi/store/reservation"
	"madoguchi/store/resident"
)

// hidden stands for what is not shown, however long it is.
const hidden = "＊＊＊"

// masked is a value as everybody with the right to the roster sees it: enough to
// tell two records apart on the telephone, not enough to learn anything (S4-091).
func masked(f resident.Field, p *resident.Profile, lang i18n.Lang) string {
	value := p.Get(f)
	if value == "" {
		return ""
	}
	switch f {
	case resident.Number, resident.Link, resident.Class, resident.News:
		return plain(f, p, lang)
	case resident.Name, resident.Kana:
		return string([]rune(value)[:1]) + hidden
	case resident.Born:
		if lang == i18n.English {
			return value[:4] + "-＊-＊"
		}
		era, year := civil.Era(p.Born)
		return fmt.Sprintf("%s%s年＊月＊日", era, eraYear(year))
	case resident.Postal:
		return value[:3] + "-＊＊＊＊"
	case resident.Phone, resident.Phone2, resident.Fax:
		if len(value) > 4 {
			return hidden + value[len(value)-4:]
		}
		return hidden
	case resident.Mail:
		_, domain, _ := strings.Cut(value, "@")
		return string([]rune(value)[:1]) + hidden + "@" + domain
	case resident.Address:
		return town(value) + hidden
	}
	return hidden
}

// town is an address up to the municipality. The first two characters are not
// looked at, because 市川 and 町田 begin with what others end with.
func town(address string) string {
	runes := []rune(address)
	for i := 2; i < len(runes); i++ {
		if strings.ContainsRune("市区町村", runes[i]) {
			return string(runes[:i+1])
		}
	}
	return string(runes[:min(2, len(runes))])
}

// plain is a value as it is read aloud.
func plain(f resident.Field, p *resident.Profile, lang i18n.Lang) string {
	value := p.Get(f)
	switch {
	case value == "":
		return ""
	case f == resident.Link:
		return reservation.ShowKey(value)
	case f == resident.Born:
		if lang == i18n.English {
			return value
		}
		era, year := civil.Era(p.Born)
		return fmt.Sprintf("%[1]s%[2]s年%[3]d月%[4]d日（%[5]d年%[3]d月%[4]d日）", era, eraYear(year), int(p.Born.Month), p.Born.Day, p.Born.Year)
	case f == resident.Postal:
		return value[:3] + "-" + value[3:]
	case f == resident.Phone, f == resident.Phone2, f == resident.Fax:
		return telephone(value)
	}
	return value
}

func eraYear(n int) string {
	if n == 1 {
		return "元"
	}
	return fmt.Sprint(n)
}

// telephone groups the numbers whose groups are fixed: those of mobile and IP
// telephones. Area codes have two to five digits; their numbers stay whole.
func telephone(s string) string {
	if len(s) == 11 && s[0] == '0' {
		return s[:3] + "-" + s[3:7] + "-" + s[7:]
	}
	return s
}
