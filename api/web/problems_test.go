package web_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheConsoleKnowsEveryProblem walks the server's source: a clerk who reads no
// English is told in Chinese what each code of a problem means.
func TestTheConsoleKnowsEveryProblem(t *testing.T) {
	words, err := os.ReadFile(filepath.Join("src", "console", "words", "problems.ts"))
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string]bool{ // met on the command line alone
		"exists": true, "backup_damaged": true, "database_url": true, "locked": true, "not_empty": true, "newer_database": true,
	}
	codes := regexp.MustCompile(`(?:WithCode\(|WithField\([^,\n]+, |refuse\("[^"]*", |p\.Code = |, p\.Code = "[^"]*", )"([a-z_]+)"`)
	kinds := regexp.MustCompile(`return "([a-z_]+)"`)
	seen := 0
	for _, root := range []string{"../../services/publishing", "../../services/platform", "../../services/facility", ".."} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "web" || entry.Name() == "ogc") {
				return errOrSkip(err)
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			list := codes.FindAllStringSubmatch(string(source), -1)
			if filepath.Base(path) == "errs.go" {
				list = append(list, kinds.FindAllStringSubmatch(string(source), -1)...)
			}
			for _, found := range list {
				seen++
				if code := found[1]; !commands[code] && !strings.Contains(string(words), "\n  "+code+": ") {
					t.Errorf("%s: the console has no Chinese for %q", path, code)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 80 {
		t.Errorf("only %d codes were found", seen)
	}
}

func errOrSkip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}
