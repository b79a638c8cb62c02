package endpoint

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestMessage is how much of what an endpoint says is told on, in characters.
const longestMessage = 400

// secrets are what no message may show.
type secrets struct {
	key      string
	replacer *strings.Replacer
	longest  int // bytes
}

func newSecrets(key string, user *url.Userinfo) secrets {
	s := secrets{key: key}
	var pairs []string
	hide := func(secret, shown string) {
		if secret != "" {
			pairs = append(pairs, secret, shown)
			s.longest = max(s.longest, len(secret))
		}
	}
	hide(key, "[key]")
	hide(url.QueryEscape(key), "[key]")
	if user != nil {
		hide(user.String(), "[user]")
		hide(basic(user), "[user]")
		if password, ok := user.Password(); ok {
			hide(password, "[password]")
		} else {
			hide(user.Username(), "[user]") // a token, then
		}
	}
	s.replacer = strings.NewReplacer(pairs...)
	return s
}

// Telling returns what makes text from an endpoint fit to be told on: without its key and the name and password in its base
// URL, on one line, short, and a page without its tags.
func Telling(key, baseURL string) func(text string) string {
	var user *url.Userinfo
	if base, err := url.Parse(baseURL); err == nil {
		user = base.User
	}
	return newSecrets(strings.TrimSpace(key), user).tell
}

// masked is a key that the endpoint masked in its own way: "sk-ab****yz".
var masked = regexp.MustCompile(`([\w-]*)(?:\*{2,}|\.{3,}|•{2,}|…)([\w-]*)`)

// hideMasked takes out what a mask left of the key: its first and last characters tell whose it is.
func (s secrets) hideMasked(text string) string {
	return masked.ReplaceAllStringFunc(text, func(found string) string {
		parts := masked.FindStringSubmatch(found)
		left, right := parts[1], parts[2]
		if left+right == "" || !strings.HasPrefix(s.key, left) || !strings.HasSuffix(s.key, right) {
			return found
		}
		return "[key]"
	})
}

// hush keeps secrets out of a panic, which is somebody's to log. It is deferred.
func (s *secrets) hush() {
	if p := recover(); p != nil {
		panic(s.tell(fmt.Sprint(p)))
	}
}

// A proxy complains with a page, of which people want the words.
var (
	page = regexp.MustCompile(`(?i)<(html|!doctype)`)
	tag  = regexp.MustCompile(`(?is)<(style|script)\b.*?</(style|script)>|<[^>]*>`)
)

// tell makes text from outside fit for a message: without secrets, on one line, short. Secrets go first: what is cut
// could not be found any more.
func (s secrets) tell(text string) string {
	text = s.hideMasked(s.replacer.Replace(strings.ToValidUTF8(text, "?")))
	if page.MatchString(text) {
		text = tag.ReplaceAllString(text, " ")
	}
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if utf8.RuneCountInString(text) > longestMessage {
		text = string([]rune(text)[:longestMessage]) + "..."
	}
	return text
}
