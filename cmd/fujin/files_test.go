package main

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestFilesGuideSaysWhatIsRead compares the guide with what the readers do now.
func TestFilesGuideSaysWhatIsRead(t *testing.T) {
	const data, guide = root + "/../shared/data", root + "/api/docs/files.md"
	if _, err := os.Stat(data); err != nil {
		t.Skip("the real files are not here: ../shared/data of the repository")
	}
	var out bytes.Buffer
	if err := writeFilesGuide(t.Context(), &out, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(guide, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	committed, now := bytes.Split(have, []byte("\n")), bytes.Split(out.Bytes(), []byte("\n"))
	for i := range max(len(committed), len(now)) {
		if i >= len(committed) || i >= len(now) {
			t.Fatalf("the guide has %d lines, the readers make %d; see what changed and run the test with -update", len(committed), len(now))
		}
		if !bytes.Equal(committed[i], now[i]) {
			t.Errorf("line %d of the guide:\n%s\nnow:\n%s\nIf that is right, run the test with -update.", i+1, committed[i], now[i])
		}
	}
}
