package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The house rules on size: what fits a screen can be read at one go.
const (
	maxFileLines     = 500
	maxMedianLines   = 150 // the aim is 120
	maxFunctionLines = 80
)

// source is one Go file of the repository.
type source struct {
	path    string // slashes, from the root
	folder  string
	test    bool
	lines   int
	imports []string
	set     *token.FileSet
	syntax  *ast.File
}

// root is where go.mod lies, seen from this package.
const root = "../.."

// sources parses every Go file of the house that is ours and was not generated.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			skipped := []string{"node_modules", "dist", "testdata", "bin", "data"}
			if name != root && (strings.HasPrefix(entry.Name(), ".") || slices.Contains(skipped, entry.Name())) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		file, err := parse(name)
		if err == nil && !ast.IsGenerated(file.syntax) {
			all = append(all, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d files found: is %s the root?", len(all), root)
	}
	return all
}

func parse(name string) (source, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	set := token.NewFileSet()
	syntax, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	relative, err := filepath.Rel(root, name)
	if err != nil {
		return source{}, err
	}
	file := source{path: filepath.ToSlash(relative), test: strings.HasSuffix(name, "_test.go"),
		lines: strings.Count(string(text), "\n"), set: set, syntax: syntax}
	file.folder = filepath.ToSlash(filepath.Dir(relative))
	for _, spec := range syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return source{}, err
		}
		file.imports = append(file.imports, imported)
	}
	return file, nil
}

func TestHouseFilesFitAScreenOrSome(t *testing.T) {
	var sizes []int
	for _, file := range sources(t) {
		sizes = append(sizes, file.lines)
		if file.lines > maxFileLines {
			t.Errorf("%s has %d lines, at most %d: split it by entity", file.path, file.lines, maxFileLines)
		}
		for _, decl := range file.syntax.Decls {
			function, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := file.set.Position(function.End()).Line - file.set.Position(function.Pos()).Line + 1
			if lines > maxFunctionLines {
				t.Errorf("%s: %s has %d lines, at most %d", file.path, function.Name.Name, lines, maxFunctionLines)
			}
		}
	}
	slices.Sort(sizes)
	if median := sizes[len(sizes)/2]; median > maxMedianLines {
		t.Errorf("half of the files have more than %d lines, the aim is 120", median)
	}
}

func TestHouseNothingHappensBeforeMain(t *testing.T) {
	for _, file := range sources(t) {
		for _, decl := range file.syntax.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
				t.Errorf("%s has an init: what is done at start is called from main, where it can be seen", file.path)
			}
		}
	}
}

func TestHouseNamesSayWhatAPackageIs(t *testing.T) {
	empty := []string{"util", "utils", "common", "model", "models", "helper", "helpers", "misc", "shared", "base"}
	for _, file := range sources(t) {
		if slices.Contains(empty, file.syntax.Name.Name) || slices.Contains(empty, filepath.Base(file.folder)) {
			t.Errorf("%s: the name of package %s says nothing", file.path, file.syntax.Name.Name)
		}
	}
}

func TestHouseTheRootHasSixFolders(t *testing.T) {
	known := []string{"api", "cmd", "datasets", "geo", "services", "testdata",
		"bin", "data"} // the last two are made by the build and the server, and ignored by git
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") && !slices.Contains(known, entry.Name()) {
			t.Errorf("folder %s is not of the house", entry.Name())
		}
	}
}

func TestHouseWhatIsExportedIsExplained(t *testing.T) {
	explained := map[string]bool{} // packages, by folder
	for _, file := range sources(t) {
		if file.test {
			continue
		}
		explained[file.folder] = explained[file.folder] || file.syntax.Doc != nil
		if file.syntax.Name.Name == "main" {
			continue
		}
		for _, decl := range file.syntax.Decls {
			for _, name := range unexplained(decl) {
				t.Errorf("%s: %s has no comment", file.path, name)
			}
		}
	}
	for folder, ok := range explained {
		if !ok {
			t.Errorf("package %s has no comment", folder)
		}
	}
}

// unexplained lists the exported names of a declaration that have no comment of their own nor one on their group.
func unexplained(decl ast.Decl) (names []string) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		selfEvident := d.Recv != nil && (d.Name.Name == "Error" || d.Name.Name == "Unwrap")
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !selfEvident {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return names
}

// exportedReceiver reports whether a function is one of a package or a method of an exported type: the methods that an
// unexported type has for the sake of an interface are explained there.
func exportedReceiver(function *ast.FuncDecl) bool {
	if function.Recv == nil {
		return true
	}
	receiver := function.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if generic, ok := receiver.(*ast.IndexExpr); ok {
		receiver = generic.X
	}
	ident, ok := receiver.(*ast.Ident)
	return ok && ident.IsExported()
}
