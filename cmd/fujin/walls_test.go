package main

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// floors are the stairs of the house, top first: a package imports its own floor and those below it, so that a reader
// who opens any folder knows that nothing above can change what it means.
var floors = []struct{ folder, reason string }{
	{"cmd", "the program wires everything and is known by nobody"},
	{"api", "the gate serves whatever routes it is given"},
	{"services/programs", "a mini-program uses the platform and the registries, as an outside one would"},
	{"services/retail", "shops sell what lies at facilities"},
	{"services/publishing", "agencies publish into the registry"},
	{"services/facility", "the registry of places, which programs of any kind stand on"},
	{"services/platform", "assembles the capabilities for a mini-program"},
	{"services/platform/*", "a capability is usable without the platform that hands it out"},
	{"services/platform/kernel", "the ground floor of what keeps state; everybody above may use it"},
	{"datasets", "pure: what agencies' files mean, whoever reads them"},
	{"geo", "pure: the earth, which knows of nothing above it"},
}

// level finds the floor of a folder, by the entry that says most about it: how many floors are above it, -1 when it
// is on none.
func level(folder string) (above int, reason string) {
	above = -1
	for i, floor := range floors {
		base, capability := strings.CutSuffix(floor.folder, "/*")
		if folder == base && !capability || strings.HasPrefix(folder, base+"/") {
			above, reason = i, floor.reason // a later entry is the longer one
		}
	}
	return above, reason
}

// walls are imports that only certain files may have. A pattern ends in * where anything may follow.
var walls = []struct {
	imports []string // what
	allowed []string // files, by path
	reason  string
}{
	{
		imports: []string{"database/sql"},
		allowed: []string{"*/store.go", "*/store_*.go", "services/platform/kernel/*", "services/platform/jobs/*"},
		reason:  "SQL lies in store.go, where a reader looks for it; transactions come from the kernel; jobs hands both to River",
	}, {
		imports: []string{"database/sql/driver", "github.com/mattn/go-sqlite3", "github.com/jackc/pgx/*", "github.com/pressly/goose/*"},
		allowed: []string{"services/platform/kernel/*", "services/platform/jobs/*", "cmd/fujin/bench/*"},
		reason:  "only the kernel knows which engine runs; the bench measures PostGIS beside us",
	}, {
		imports: []string{"github.com/gin-gonic/gin*", "github.com/danielgtaylor/huma/*"},
		allowed: []string{"*/http.go", "*/http_*.go", "api/*", "cmd/fujin/*"},
		reason:  "a use case does not know that it was called over HTTP",
	}, {
		imports: []string{"flag", "github.com/alecthomas/kong*"},
		allowed: []string{"cmd/*"},
		reason:  "settings are read in one place",
	},
}

// pure are what geo and datasets may not import: their answers depend on their arguments alone.
var pure = []string{"net/http", "net", "database/sql", "os/exec", "github.com/gin-gonic/gin*", "github.com/danielgtaylor/huma/*"}

func matches(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok && !strings.HasPrefix(pattern, "*") {
		return strings.HasPrefix(name, prefix)
	}
	if suffix, ok := strings.CutPrefix(pattern, "*/"); ok {
		fits, err := path.Match(suffix, path.Base(name))
		return err == nil && fits
	}
	return pattern == name
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, name) })
}

func TestWallsImportsRunDownTheStairs(t *testing.T) {
	for _, file := range sources(t) {
		own, _ := level(file.folder)
		if own < 0 {
			t.Errorf("%s is on no floor of the house", file.path)
			continue
		}
		for _, imported := range file.imports {
			folder, ours := strings.CutPrefix(imported, "fujin/")
			if !ours {
				continue
			}
			if file.test && folder == "api" {
				continue // a domain is tested through HTTP, behind the real gate
			}
			if above, reason := level(folder); above < own {
				t.Errorf("%s climbs: it imports %s (%s)", file.path, imported, reason)
			}
		}
	}
}

// The walls would hold nothing up if every folder were on the same floor.
func TestWallsFloorsLieInOrder(t *testing.T) {
	down := []string{"cmd/fujin", "api", "services/programs/toilets", "services/retail", "services/publishing",
		"services/facility", "services/platform", "services/platform/outbound", "services/platform/kernel/errs",
		"datasets", "geo/hours"}
	for i, folder := range down {
		if above, reason := level(folder); above != i || reason == "" {
			t.Errorf("%s is on floor %d, want %d", folder, above, i)
		}
	}
	if above, _ := level("geography"); above != -1 {
		t.Errorf("a folder outside of the house is on floor %d", above)
	}
}

func TestWallsTheGateKnowsNoDomain(t *testing.T) {
	for _, file := range sources(t) {
		if file.folder != "api" || file.test {
			continue
		}
		for _, imported := range file.imports {
			if strings.HasPrefix(imported, "fujin/services/") && !strings.HasPrefix(imported, "fujin/services/platform/kernel") {
				t.Errorf("%s imports %s: the gate serves whatever it is given, or adding a domain would change it",
					file.path, imported)
			}
		}
	}
}

func TestWallsProgramsAreStrangersToEachOther(t *testing.T) {
	program := func(folder string) string {
		rest, ok := strings.CutPrefix(folder, "services/programs/")
		if !ok {
			return ""
		}
		name, _, _ := strings.Cut(rest, "/")
		return name
	}
	for _, file := range sources(t) {
		own := program(file.folder)
		for _, imported := range file.imports {
			other := program(strings.TrimPrefix(imported, "fujin/"))
			if own != "" && other != "" && own != other {
				t.Errorf("%s imports %s: a mini-program can be added and removed alone", file.path, imported)
			}
		}
	}
}

func TestWallsImportsStayInTheirFiles(t *testing.T) {
	for _, file := range sources(t) {
		if file.test {
			continue
		}
		for _, imported := range file.imports {
			for _, wall := range walls {
				if matchesAny(wall.imports, imported) && !matchesAny(wall.allowed, file.path) {
					t.Errorf("%s imports %s: %s", file.path, imported, wall.reason)
				}
			}
		}
	}
}

func TestWallsPureFloorsStayPure(t *testing.T) {
	for _, file := range sources(t) {
		floor, _, _ := strings.Cut(file.folder, "/")
		if file.test || floor != "geo" && floor != "datasets" {
			continue
		}
		for _, imported := range file.imports {
			if matchesAny(pure, imported) {
				t.Errorf("%s imports %s: what geo and datasets answer depends on their arguments alone", file.path, imported)
			}
		}
		for _, call := range []string{"time.Now", "time.Since", "time.Until", "os.Getenv"} {
			if uses(file, call) {
				t.Errorf("%s uses %s: what geo and datasets answer depends on their arguments alone", file.path, call)
			}
		}
	}
}

func TestWallsTheEnvironmentIsReadInOnePlace(t *testing.T) {
	allowed := []string{"cmd/*", "services/platform/kernel/dbtest/*"}
	for _, file := range sources(t) {
		for _, call := range []string{"os.Getenv", "os.LookupEnv", "os.Environ"} {
			if !file.test && !matchesAny(allowed, file.path) && uses(file, call) {
				t.Errorf("%s uses %s: settings come from the command line, the environment behind it", file.path, call)
			}
		}
	}
}

// uses reports whether a file mentions a package's name, written as package.Name.
func uses(file source, name string) bool {
	pkg, member, _ := strings.Cut(name, ".")
	found := false
	ast.Inspect(file.syntax, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok && selector.Sel.Name == member {
			if ident, ok := selector.X.(*ast.Ident); ok && ident.Name == pkg {
				found = true
			}
		}
		return !found
	})
	return found
}
