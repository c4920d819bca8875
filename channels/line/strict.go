package line

import (
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Bounds on a webhook body beyond what encoding/json checks (A05). LINE's own
// bodies stay far below all of them.
const (
	maxDepth  = 64
	maxKeys   = 256 // of one object
	maxEvents = 1000
)

var errBadJSON = errors.New("not a JSON text that every reader understands alike")

// strict reports whether body is JSON without anything that two parsers could
// read differently: doubled keys, lone surrogates, invalid UTF-8, or nesting
// deep enough to exhaust one of them.
func strict(body []byte) error {
	if !utf8.Valid(body) || !json.Valid(body) {
		return errBadJSON
	}
	// The grammar is valid from here on, so one pass over the brackets and
	// strings is enough.
	var (
		keys  [][]string // of each open object; nil for an array
		isKey bool
	)
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{', '[':
			if len(keys) == maxDepth {
				return errBadJSON
			}
			if body[i] == '{' {
				keys, isKey = append(keys, []string{}), true
			} else {
				keys, isKey = append(keys, nil), false
			}
		case '}', ']':
			keys = keys[:len(keys)-1]
			isKey = false
		case ',':
			isKey = len(keys) > 0 && keys[len(keys)-1] != nil
		case ':':
			isKey = false
		case '"':
			start := i
			escaped := false
			for i++; body[i] != '"'; i++ {
				if body[i] != '\\' {
					continue
				}
				escaped = true
				n, ok := escape(body[i:])
				if !ok {
					return errBadJSON
				}
				i += n - 1
			}
			if !isKey {
				continue
			}
			key := string(body[start+1 : i])
			if escaped {
				if json.Unmarshal(body[start:i+1], &key) != nil {
					return errBadJSON
				}
			}
			top := len(keys) - 1
			if len(keys[top]) == maxKeys {
				return errBadJSON
			}
			for _, k := range keys[top] {
				if k == key {
					return errBadJSON
				}
			}
			keys[top] = append(keys[top], key)
		}
	}
	return nil
}

// escape returns the length of the escape sequence s begins with, a surrogate
// pair counting as one sequence. A surrogate without its partner is not ok.
func escape(s []byte) (n int, ok bool) {
	if s[1] != 'u' {
		return 2, true
	}
	switch r := hex4(s[2:]); {
	case r >= 0xDC00 && r <= 0xDFFF:
		return 0, false
	case r >= 0xD800 && r <= 0xDBFF:
		if len(s) < 12 || s[6] != '\\' || s[7] != 'u' {
			return 0, false
		}
		low := hex4(s[8:])
		return 12, low >= 0xDC00 && low <= 0xDFFF
	}
	return 6, true
}

// hex4 reads four hexadecimal digits, known to be there.
func hex4(s []byte) (r rune) {
	for _, c := range s[:4] {
		r <<= 4
		switch {
		case c <= '9':
			r |= rune(c - '0')
		default:
			r |= rune(c|0x20-'a') + 10
		}
	}
	return r
}
