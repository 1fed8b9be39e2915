package datasets

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// formatAt is where a function that says something to people takes its format.
var formatAt = map[string][]int{
	"Say": {0}, "Refuse": {0}, "fail": {0, 1}, "unsupported": {1}, "warn": {3}, "once": {3}, "reject": {3}, "find": {3}, "report": {3},
}

// spoken are the formats of all that is said of files: by the readers, the gate
// and those who ask them.
func spoken(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, folder := range []string{".", "quality", "../geo/projection", "../geo/hours", "../services/publishing"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", folder, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				said, positions := made(n)
				for at, e := range said {
					if format, ok := literal(e); ok && slices.Contains(positions, at) {
						found[format] = file
					}
				}
				return true
			})
		}
	}
	return found
}

// made are the parts of a call or literal that may say something, and which of
// them are formats.
func made(n ast.Node) (parts []ast.Expr, formats []int) {
	switch n := n.(type) {
	case *ast.CallExpr:
		return n.Args, formatAt[calledName(n)]
	case *ast.CompositeLit:
		if name, ok := n.Type.(*ast.Ident); ok && name.Name == "SyntaxError" {
			return n.Elts, []int{1}
		}
	}
	return nil, nil
}

// calledName is the name of the function or method that is called.
func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literal is the text of a string that stands in the source, also one in parts.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == gotoken.STRING
	case *ast.BinaryExpr:
		left, okLeft := literal(e.X)
		right, okRight := literal(e.Y)
		return left + right, okLeft && okRight
	}
	return "", false
}

var (
	verb    = regexp.MustCompile(`%(?:\[(\d+)\])?([-+#0 ]*[\d.]*[a-zA-Z])`)
	letters = regexp.MustCompile(`[a-z]`)
	han     = regexp.MustCompile(`\p{Han}`)
)

// verbs are what a format does with each of its values.
func verbs(format string) map[int]string {
	found := map[int]string{}
	next := 1
	for _, m := range verb.FindAllStringSubmatch(strings.ReplaceAll(format, "%%", ""), -1) {
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		found[next] = m[2]
		next++
	}
	return found
}

func TestEverySentenceIsSaidInBothLanguages(t *testing.T) {
	formats := spoken(t)
	if len(formats) < 130 {
		t.Fatalf("only %d sentences were found in the source; the test looks in the wrong place", len(formats))
	}
	for format, file := range formats {
		chinese, known := chineseSentences()[format]
		switch {
		case !letters.MatchString(verb.ReplaceAllString(format, "")): // "%s, %s" is the same in both
		case !known && strings.HasPrefix(file, "../geo/hours"): // shown as it stands in the file
		case !known:
			t.Errorf("%s says %q, which is not in the table of Chinese sentences", file, format)
		case !han.MatchString(chinese):
			t.Errorf("%q has no Chinese form: %q", format, chinese)
		case fmt.Sprint(verbs(format)) != fmt.Sprint(verbs(chinese)):
			t.Errorf("%q and %q do not hold the same values", format, chinese)
		}
	}
	for format := range chineseSentences() {
		if _, used := formats[format]; !used {
			t.Errorf("%q stands in the table of Chinese sentences, but nothing says it", format)
		}
	}
}

// What a reader returns for a whole file comes from Refuse: nothing else has a
// Chinese form.
func TestReadersRefuseInBothLanguages(t *testing.T) {
	files, _ := filepath.Glob("*.go")
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "write") || strings.HasPrefix(file, "sample") || file == "sentence.go" {
			continue // writers and samples speak to programs and operators
		}
		parsed, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if returned, ok := n.(*ast.ReturnStmt); ok {
				ast.Inspect(returned, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 {
						if _, isText := literal(call.Args[0]); isText && (calledName(call) == "Errorf" || calledName(call) == "New") {
							t.Errorf("%s returns an error of its own that is not made by Refuse", file)
						}
					}
					return true
				})
			}
			return true
		})
	}
}

func TestSentencesStandInEachLanguage(t *testing.T) {
	inner := Refuse("the file is empty; export it again with its rows")
	whole := Refuse("sheet %q: %w", "A", inner)
	said := Told(whole)
	if whole.Error() != said.Message || said.Message != `sheet "A": the file is empty; export it again with its rows` {
		t.Errorf("in English: %s", said.Message)
	}
	if said.MessageZH != `工作表 "A"：文件是空的；请连同数据行重新导出` {
		t.Errorf("in Chinese: %s", said.MessageZH)
	}
	if !errors.Is(whole, inner) {
		t.Error("the cause is lost")
	}
	if said := Told(io.ErrUnexpectedEOF); said.Message != "unexpected EOF" || said.MessageZH != said.Message {
		t.Errorf("an error of the system: %+v", said)
	}
	if said := Told(fmt.Errorf("more: %w", inner)); said.Message != "more: the file is empty; export it again with its rows" {
		t.Errorf("a wrapped refusal loses what was said around it: %+v", said)
	}
	if said := Say(" (%d records%s)", 5, Say(" at %q", "a.b")); said.Message != ` (5 records at "a.b")` || said.MessageZH != `（5 条记录，位于 "a.b"）` {
		t.Errorf("%+v", said)
	}
}
