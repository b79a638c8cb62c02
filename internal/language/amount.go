package language

import "strings"

// amounts are the words for small numbers and their ordinals.
var amounts = map[string]string{
	"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
	"thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
	"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
	"third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10", "eleventh": "11", "twelfth": "12",
	"thirteenth": "13", "fourteenth": "14", "fifteenth": "15", "sixteenth": "16", "seventeenth": "17", "eighteenth": "18", "nineteenth": "19", "twentieth": "20", "thirtieth": "30",
}

// Amount returns the digits of a number that is said in words or in digits ("nine", "ninth", "twenty-one", "9th" and
// "9.50" give 9, 9, 21, 9 and 9: what follows a point is dropped), and whether a normalised word is one. "One", "first" and
// "second" are not: they mean too much else.
func Amount(norm string) (string, bool) {
	if digits, ok := amounts[norm]; ok {
		return digits, true
	}
	if tens, units, ok := strings.Cut(norm, "-"); ok {
		ten, known := amounts[tens]
		unit, also := amounts[units]
		switch {
		case units == "one" || units == "first":
			unit, also = "1", true
		case units == "second":
			unit, also = "2", true
		}
		if known && also && len(ten) == 2 && ten[1] == '0' && len(unit) == 1 {
			return ten[:1] + unit, true
		}
		return norm, false
	}
	end := 0
	var digits []byte
	for ; end < len(norm) && (norm[end] >= '0' && norm[end] <= '9' || norm[end] == ',' && end > 0); end++ {
		if norm[end] != ',' {
			digits = append(digits, norm[end])
		}
	}
	if end == 0 {
		return norm, false
	}
	return string(digits), true
}
