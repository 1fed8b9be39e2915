package datasets

import (
	"strings"

	"golang.org/x/net/html"
)

// readHTML gives the text of a fragment of HTML, and as fields the rows of two
// cells of tables in it. Text without any tag comes back as it is.
func readHTML(fragment string) (string, []Field) {
	if !strings.ContainsAny(fragment, "<&") {
		return strings.TrimSpace(fragment), nil
	}
	r := htmlReader{}
	tokens := html.NewTokenizer(strings.NewReader(fragment))
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break
		}
		token := tokens.Token()
		switch {
		case kind == html.TextToken:
			r.text(token.Data)
		case kind == html.StartTagToken, kind == html.SelfClosingTagToken:
			r.begin(token.Data)
		case kind == html.EndTagToken:
			r.end(token.Data)
		}
	}
	r.row()
	return strings.TrimSpace(r.prose.String()), r.fields
}

// An htmlReader follows tags as far as they part texts from one another.
type htmlReader struct {
	prose  strings.Builder
	cells  []*strings.Builder // of the table's row that is open
	inRow  bool
	hidden int // inside of how many elements whose text is not shown
	fields []Field
}

// text adds what is shown, with blanks as browsers show them.
func (r *htmlReader) text(data string) {
	if r.hidden > 0 {
		return
	}
	text := strings.Join(strings.Fields(data), " ")
	if text == "" {
		text = " "
	} else {
		if strings.ContainsAny(data[:1], " \t\r\n") {
			text = " " + text
		}
		if strings.ContainsAny(data[len(data)-1:], " \t\r\n") {
			text += " "
		}
	}
	if r.inRow {
		if last := len(r.cells) - 1; last >= 0 {
			r.cells[last].WriteString(text)
		}
		return
	}
	r.write(text)
}

// write adds to the prose; blanks neither double nor begin a line.
func (r *htmlReader) write(text string) {
	soFar := r.prose.String()
	if soFar == "" || strings.HasSuffix(soFar, "\n") || strings.HasSuffix(soFar, " ") {
		text = strings.TrimLeft(text, " ")
	}
	r.prose.WriteString(text)
}

// begin follows a tag that opens.
func (r *htmlReader) begin(tag string) {
	switch tag {
	case "style", "script", "head", "title":
		r.hidden++
	case "tr":
		r.row()
		r.inRow = true
	case "td", "th":
		if r.inRow {
			r.cells = append(r.cells, &strings.Builder{})
		}
	case "br", "p", "div", "li", "h1", "h2", "h3", "h4", "table":
		r.line()
	}
}

// end follows a tag that closes.
func (r *htmlReader) end(tag string) {
	switch tag {
	case "style", "script", "head", "title":
		r.hidden = max(r.hidden-1, 0)
	case "tr", "table":
		r.row()
	case "p", "div", "li", "h1", "h2", "h3", "h4":
		r.line()
	}
}

// line ends a line.
func (r *htmlReader) line() {
	if r.inRow {
		r.text("\n")
		return
	}
	if text := r.prose.String(); text != "" && !strings.HasSuffix(text, "\n") {
		r.prose.WriteByte('\n')
	}
}

// row ends a row of a table: two cells are a key and its value, others prose.
func (r *htmlReader) row() {
	var cells []string
	for _, cell := range r.cells {
		cells = append(cells, strings.Join(strings.Fields(cell.String()), " "))
	}
	r.cells, r.inRow = nil, false
	if len(cells) == 2 && cells[0] != "" && len(cells[0]) <= 60 {
		r.fields = append(r.fields, Field{strings.TrimRight(cells[0], ": "), cells[1]})
		return
	}
	if text := strings.TrimSpace(strings.Join(cells, " ")); text != "" {
		r.line()
		r.write(text)
		r.line()
	}
}
