package judge

import (
	"slices"
	"unicode"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// said is what somebody said in a turn.
type said struct {
	turn int32
	text string
}

// locate finds quoted words in what was said and returns the first place they stand at, with the true text.
func locate(texts []said, quote string) (turn int32, span *vignettev1.Span, ok bool) {
	for _, each := range texts {
		if span := find(each.text, quote); span != nil {
			return each.turn, span, true
		}
	}
	return 0, nil, false
}

// find returns where quoted words stand in a text, or nil. Models change quotation marks, dashes, spacing and case when
// they copy, and put marks around what they copied; no other difference is allowed. Half a word is no evidence ("no" in
// "know"), except in scripts that put no space between words, and neither are marks alone.
func find(text, quote string) *vignettev1.Span {
	points := []rune(text)
	hay, needle := fold(points), bare(fold([]rune(quote)).runes)
	if !slices.ContainsFunc(needle, telling) {
		return nil
	}
	for at := 0; at+len(needle) <= len(hay.runes); at++ {
		end := at + len(needle)
		if !slices.Equal(hay.runes[at:end], needle) || hay.insideWord(at) || hay.insideWord(end) {
			continue
		}
		from, to := hay.from[at], hay.from[end-1]+1
		return &vignettev1.Span{Start: int32(from), End: int32(to), Quote: string(points[from:to])}
	}
	return nil
}

// folded is a text as quotations are compared. Each of its runes knows which code point of the text it comes from.
type folded struct {
	runes []rune
	from  []int
}

func fold(points []rune) folded {
	var f folded
	for i, r := range points {
		switch {
		case unicode.IsSpace(r):
			if n := len(f.runes); n == 0 || f.runes[n-1] != ' ' {
				f.add(i, ' ')
			}
		case unicode.Is(unicode.Cf, r): // joiners and soft hyphens, which nobody sees
		case r == '…':
			f.add(i, '.', '.', '.')
		default:
			f.add(i, plain(r))
		}
	}
	return f
}

func (f *folded) add(from int, runes ...rune) {
	for _, r := range runes {
		f.runes = append(f.runes, r)
		f.from = append(f.from, from)
	}
}

// plain is a rune without case and in its simplest shape. The marks that fence data in prompts are square brackets there.
func plain(r rune) rune {
	switch r {
	case '"', '‘', '’', '‚', '‛', '′', '`', '´', 'ʼ', '“', '”', '„', '‟', '″', '«', '»', '‹', '›':
		return '\''
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-'
	case '⟦':
		return '['
	case '⟧':
		return ']'
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// bare is a quotation without the marks around it.
func bare(quote []rune) []rune {
	around := func(r rune) bool {
		return r == ' ' || r == '\'' || r == '.' || r == ',' || r == '[' || r == ']'
	}
	for len(quote) > 0 && around(quote[0]) {
		quote = quote[1:]
	}
	for len(quote) > 0 && around(quote[len(quote)-1]) {
		quote = quote[:len(quote)-1]
	}
	return quote
}

// telling says whether a rune can be evidence: letters, digits and pictures.
func telling(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.So, r)
}

// insideWord says whether a place between two runes is inside a word.
func (f folded) insideWord(at int) bool {
	return at > 0 && at < len(f.runes) && ofWord(f.runes[at-1]) && ofWord(f.runes[at]) &&
		!(unicode.In(f.runes[at-1], unspaced...) && unicode.In(f.runes[at], unspaced...))
}

func ofWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// unspaced are scripts in which words stand without spaces, or with endings that a quotation may leave out.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}
