package quality

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write api/docs/quality.md anew")

// codeShape tells a code among other string literals.
var codeShape = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)+$`)

// told are the codes that the readers and the gate report: every literal that
// stands where a code is passed.
func told(t *testing.T, folder string) map[string]string {
	t.Helper()
	codes := map[string]string{}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	take := func(file string, args []ast.Expr, positions ...int) {
		for _, i := range positions {
			if i >= len(args) {
				continue
			}
			if lit, ok := args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, _ := strconv.Unquote(lit.Value); codeShape.MatchString(text) {
					codes[text] = file
				}
			}
		}
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "report" {
					take(file, n.Args, 2)
				}
				if f, ok := n.Fun.(*ast.SelectorExpr); ok {
					switch f.Sel.Name {
					case "warn", "once", "reject", "find":
						take(file, n.Args, 2)
					case "amend":
						take(file, n.Args, 3, 4)
					}
				}
			case *ast.CompositeLit:
				if name, ok := n.Type.(*ast.Ident); ok && name.Name == "fault" {
					take(file, n.Elts, 1)
				}
			}
			return true
		})
	}
	return codes
}

func TestEveryCodeIsExplained(t *testing.T) {
	codes := told(t, "..")
	for code, file := range told(t, ".") {
		codes[code] = file
	}
	if len(codes) < 30 {
		t.Fatalf("only %d codes were found in the source; the test looks in the wrong place", len(codes))
	}
	for code, file := range codes {
		e, known := entriesByCode()[code]
		_, repair := repairsByCode()[code]
		if !known && !repair {
			t.Errorf("%s of %s is not in the table of codes", code, file)
		}
		for _, text := range []Text{e.title, e.advice} {
			if known && (text["zh-Hans"] == "" || text["en"] == "") {
				t.Errorf("%s lacks a text", code)
			}
		}
	}
}

func TestTablesAgree(t *testing.T) {
	used := map[string]bool{}
	for _, e := range entries() {
		if e.repair == "" {
			continue
		}
		if _, known := repairsByCode()[e.repair]; !known {
			t.Errorf("%s names the repair %s, which is not in the table", e.code, e.repair)
		}
		used[e.repair] = true
	}
	for _, r := range repairEntries() {
		if !used[r.code] {
			t.Errorf("the repair %s belongs to no finding", r.code)
		}
	}
	if len(entriesByCode()) != len(entries()) {
		t.Error("a code stands twice in the table")
	}
	for _, s := range shifts() {
		if entryOf(s.code).repair != s.repair {
			t.Errorf("%s is repaired by %s, not %s", s.code, s.repair, entryOf(s.code).repair)
		}
	}
}

// The documentation is the table.
func TestDocumentation(t *testing.T) {
	path := filepath.Join("..", "..", "api", "docs", "quality.md")
	want := documentation()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the table of codes says (%v); run go test ./datasets/quality -run TestDocumentation -update", path, err)
	}
}

const documentationHead = `# Quality codes

Every upload passes a gate before it can be published. It names what is wrong by stable codes, each with the rows and the
column, and proposes repairs; a repair is made only when its code has been accepted. This page lists all codes; the report of an
upload says the same in Chinese and English, and so does the message of each row. ` + "`fujin import`" + ` prints the codes that come from reading.

An **error** is about rows that were left out, or a file that should not be published as it is; a **warning** about rows that are
published but probably wrong; a **notice** about what a person may want to know.

How the gate decides: a position is compared with the dataset's area if it has one, with what is published of the dataset, and with
the other rows; on the open sea nothing lies right. A row without any of these stays unsuspected: a false alarm is as bad as a miss.
A systematic shift (GCJ-02, BD-09) is only claimed when facilities that are known there show it.
`

// documentation is api/docs/quality.md.
func documentation() []byte {
	var b bytes.Buffer
	b.WriteString(documentationHead)
	for _, part := range []struct {
		title   string
		entries []entry
	}{{"Positions", positionEntries()}, {"Copies, text, numbers and values", contentEntries()}, {"The file", fileEntries()}} {
		fmt.Fprintf(&b, "\n## %s\n\n| code | severity | meaning | what to do | repair |\n| --- | --- | --- | --- | --- |\n", part.title)
		for _, e := range part.entries {
			repair := ""
			if e.repair != "" {
				repair = "`" + e.repair + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s<br>%s | %s<br>%s | %s |\n", e.code, e.severity, e.title["en"], e.title["zh-Hans"], e.advice["en"], e.advice["zh-Hans"], repair)
		}
	}
	b.WriteString("\n## Repairs\n\nA safe repair loses nothing and can hardly be wrong; the others should be looked at value by value.\n\n" +
		"| code | safe | what it does |\n| --- | --- | --- |\n")
	for _, r := range repairEntries() {
		safe := "no"
		if r.safe {
			safe = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s<br>%s |\n", r.code, safe, r.title["en"], r.title["zh-Hans"])
	}
	return b.Bytes()
}
