package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"github.com/vignette-sim/vignette/internal/inert"
)

// printable makes a text harmless to a terminal.
func printable(text string) string { return inert.Text(text) }

// line is printable text on one line.
func line(text string) string { return inert.Line(text) }

// page writes for people: to a terminal with emphasis and its width, elsewhere plain.
type page struct {
	w     io.Writer
	width int
	fit   bool // somebody said how wide it is: what is wider is cut
	color bool
}

const (
	defaultWidth = 120 // where neither a terminal nor $COLUMNS sets a limit
	maxWidth     = 120 // longer lines are hard to read
	minWidth     = 20
	leastRoom    = 16 // what a paragraph is wrapped to at least, however far it is set in
)

func newPage(w io.Writer) *page {
	p := &page{w: w, width: defaultWidth}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		p.width, p.fit = columns, true
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			p.width, p.fit = width, true
		}
	}
	p.width = max(minWidth, min(p.width, maxWidth))
	return p
}

func (p *page) printf(format string, args ...any) { fmt.Fprintf(p.w, format, args...) }

func (p *page) bold(text string) string { return p.style("1", text) }
func (p *page) dim(text string) string  { return p.style("2", text) }

func (p *page) style(code, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// paragraph writes a text wrapped to the width, its lines after the first indented.
func (p *page) paragraph(first, indent, text string) {
	room := max(leastRoom, p.width-runewidth.StringWidth(indent))
	taken := max(0, visible(first)-runewidth.StringWidth(indent))
	lead := first
	for _, l := range wrapAfter(taken, line(text), room) {
		p.printf("%s\n", strings.TrimRight(lead+l, " "))
		lead = indent
	}
}

// styled writes a paragraph in one style.
func (p *page) styled(style func(string) string, indent, text string) {
	lead := ""
	for _, l := range wrap(line(text), max(leastRoom, p.width-runewidth.StringWidth(indent))) {
		p.printf("%s%s\n", lead, style(l))
		lead = indent
	}
}

// visible is how wide a text is on a terminal, without the sequences that style it.
func visible(text string) int {
	return runewidth.StringWidth(styling.ReplaceAllString(text, ""))
}

var styling = regexp.MustCompile("\x1b\\[[0-9;]*m")

// wrapAfter is wrap where something takes up room on the first line.
func wrapAfter(taken int, text string, room int) []string {
	if taken == 0 {
		return wrap(text, room)
	}
	head, rest := "", text
	for rest != "" {
		word, after, _ := strings.Cut(rest, " ")
		next := strings.TrimPrefix(head+" "+word, " ")
		if taken+runewidth.StringWidth(next) > room {
			break
		}
		head, rest = next, after
	}
	if rest == "" {
		return []string{head}
	}
	return append([]string{head}, wrap(rest, room)...)
}

// wrap breaks a text at spaces so that lines are no wider than room; a word wider than that is broken.
func wrap(text string, room int) []string {
	var lines []string
	current := ""
	for _, word := range strings.Fields(text) {
		for runewidth.StringWidth(word) > room {
			if current != "" {
				lines, current = append(lines, current), ""
			}
			head := runewidth.Truncate(word, room, "")
			lines, word = append(lines, head), word[len(head):]
		}
		switch {
		case current == "":
			current = word
		case runewidth.StringWidth(current)+1+runewidth.StringWidth(word) <= room:
			current += " " + word
		default:
			lines, current = append(lines, current), word
		}
	}
	if current != "" || len(lines) == 0 {
		lines = append(lines, current)
	}
	return lines
}

// grid writes rows in columns; the cells of numeric columns are set right. A header wider than its column is broken at its
// dots and underscores where the table would be too wide otherwise; what is too wide even then is continued below, with the
// first columns, the keys, in front again.
func (p *page) grid(indent string, header []string, rows [][]string, keys int, right func(column int) bool) {
	room := p.width - runewidth.StringWidth(indent)
	gap := 2
	if columns := columnsThatFit(header, rows, keys, keys, room, gap); len(columns) < len(header) {
		gap = 1
	}
	for first := keys; ; {
		columns := columnsThatFit(header, rows, keys, first, room, gap)
		if first > keys {
			p.printf("\n")
		}
		p.block(indent, strings.Repeat(" ", gap), pick(header, columns), pickAll(rows, columns), func(i int) bool { return right(columns[i]) })
		first = columns[len(columns)-1] + 1
		if first >= len(header) {
			return
		}
	}
}

// columnsThatFit are the keys and as many columns from first on as the room holds, one at least.
func columnsThatFit(header []string, rows [][]string, keys, first, room, gap int) []int {
	var columns []int
	for i := range keys {
		columns = append(columns, i)
	}
	for i := first; i < len(header); i++ {
		wider := append(slices.Clone(columns), i)
		_, widths := headLines(pick(header, wider), pickAll(rows, wider), room, gap)
		if across(widths, gap) > room && i > first {
			break
		}
		columns = wider
	}
	return columns
}

func pick(row []string, columns []int) []string {
	out := make([]string, len(columns))
	for i, column := range columns {
		out[i] = row[column]
	}
	return out
}

func pickAll(rows [][]string, columns []int) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = pick(row, columns)
	}
	return out
}

// block writes one table that fits.
func (p *page) block(indent, gap string, header []string, rows [][]string, right func(column int) bool) {
	room := p.width - runewidth.StringWidth(indent)
	heads, widths := headLines(header, rows, room, len(gap))
	if last := len(widths) - 1; p.fit && across(widths, len(gap)) > room && !right(last) {
		// One column of words beside the keys, and too wide: the whole of it is on a page of its own, or in --json.
		widths[last] = max(8, widths[last]-(across(widths, len(gap))-room))
		for i, row := range rows {
			rows[i] = slices.Clone(row)
			rows[i][last] = runewidth.Truncate(row[last], widths[last], "…")
		}
	}
	write := func(row []string, style func(string) string) {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", max(0, widths[i]-runewidth.StringWidth(cell)))
			if i > 0 {
				b.WriteString(gap)
			}
			if right(i) {
				b.WriteString(pad + cell)
			} else {
				b.WriteString(cell + pad)
			}
		}
		p.printf("%s%s\n", indent, style(strings.TrimRight(b.String(), " ")))
	}
	for _, head := range heads {
		write(head, p.dim)
	}
	for _, row := range rows {
		write(row, func(s string) string { return s })
	}
}

// headLines lays out a table's header, in one line if the table then stays within the room, and returns the columns'
// widths.
func headLines(header []string, rows [][]string, room, gap int) (lines [][]string, widths []int) {
	cells := make([]int, len(header))
	for _, row := range rows {
		for i, cell := range row {
			cells[i] = max(cells[i], runewidth.StringWidth(cell))
		}
	}
	widths = slices.Clone(cells)
	for i, head := range header {
		widths[i] = max(cells[i], runewidth.StringWidth(head))
	}
	if across(widths, gap) <= room {
		return [][]string{header}, widths
	}
	broken := make([][]string, len(header))
	tallest := 0
	for i, head := range header {
		widths[i] = cells[i]
		pieces := pieces(head)
		for _, piece := range pieces {
			widths[i] = max(widths[i], runewidth.StringWidth(piece))
		}
		broken[i] = pack(pieces, widths[i])
		tallest = max(tallest, len(broken[i]))
	}
	for l := range tallest {
		line := make([]string, len(header))
		for i, b := range broken {
			// Short headers stand on the last line, next to their cells.
			if at := l - (tallest - len(b)); at >= 0 {
				line[i] = b[at]
			}
		}
		lines = append(lines, line)
	}
	return lines, widths
}

// across is how wide a table is.
func across(widths []int, gap int) int {
	total := -gap
	for _, width := range widths {
		total += width + gap
	}
	return total
}

// pieces breaks a header after its dots and underscores.
func pieces(head string) []string {
	var out []string
	for piece := range strings.SplitAfterSeq(head, ".") {
		out = append(out, strings.SplitAfter(piece, "_")...)
	}
	return out
}

// pack joins pieces into lines no wider than width.
func pack(pieces []string, width int) []string {
	lines := []string{""}
	for _, piece := range pieces {
		last := &lines[len(lines)-1]
		if *last != "" && runewidth.StringWidth(*last+piece) > width {
			lines = append(lines, piece)
		} else {
			*last += piece
		}
	}
	return lines
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
