package understand

import (
	"regexp"
	"strings"
)

// PIN reports whether a text gives away a PIN of a My Number card: one named as
// such (暗証番号は5678です), or, where PINs are the topic, what has the form of one
// and of nothing else: four digits, or 6 to 16 letters and digits with at least
// one of each (domain-facts 8.3). Nobody may know it but its holder (1.9).
//
// It errs towards yes: what is lost is an answer that has to be given again.
func PIN(text string, topic bool) bool {
	s := plainDigits(text)
	if named := pinNamed.FindStringSubmatch(s); named != nil && pinShaped(named[1]) {
		return true
	}
	return topic && pinShaped(strings.Trim(s, " .。、"))
}

// pinNamed is the first thing of letters and digits after the word. What is
// counted after it is no PIN: 4桁, 2026年.
var pinNamed = regexp.MustCompile(`(?i)(?:暗証番号|暗証|あんしょうばんごう|\bPINs?\b)[^0-9A-Za-z]{0,8}(?:(?:is|number|code|が|は|を)[^0-9A-Za-z]{0,4}){0,3}([0-9A-Za-z]{4,16})(?:$|[^0-9A-Za-z桁年円月時/-])`)

func pinShaped(s string) bool {
	digits, letters := 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			letters++
		default:
			return false
		}
	}
	if letters == 0 {
		return digits == 4
	}
	return digits > 0 && digits+letters >= 6 && digits+letters <= 16
}
