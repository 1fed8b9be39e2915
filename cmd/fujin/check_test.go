package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fujin/services/platform/kernel"
)

// TestCheckFindsWhatIsDamaged damages copies of a data folder, and asks about
// them with and without a server.
func TestCheckFindsWhatIsDamaged(t *testing.T) {
	sample := fujin(t, "sample", "-n", "200", "--seed", "1")
	file := filepath.Join(t.TempDir(), "sample.geojsonl")
	if err := os.WriteFile(file, []byte(sample.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	if got := fujin(t, "import", "--data", data, "--dataset", "sample", file); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	if got := fujin(t, "check", "--data", data); got.code != 0 || got.stdout != "ok\n" {
		t.Fatalf("a sound folder: %+v", got)
	}
	for statement, want := range map[string]string{
		"UPDATE dataset SET facilities = 7":                                       "dataset sample: version 1 has 200 facilities, but its entry says 7\n",
		"UPDATE facility SET doc = 'x' WHERE id = (SELECT min(id) FROM facility)": "of dataset sample, form of version 1: document",
		"DELETE FROM dataset":                                                     "there is no dataset sample",
	} {
		copied := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(copied, os.DirFS(data)); err != nil {
			t.Fatal(err)
		}
		db, err := kernel.Open(t.Context(), kernel.Config{DataDir: copied})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		if got := fujin(t, "check", "--data", copied); got.code != 1 || !strings.Contains(got.stdout, want) || !strings.Contains(got.stderr, "faults") {
			t.Errorf("%s: %+v", statement, got)
		}
		if strings.HasPrefix(statement, "UPDATE dataset") {
			start(t, "--data", copied)
			if got := fujin(t, "check", "--data", copied); got.code != 1 || !strings.Contains(got.stdout, want) {
				t.Errorf("%s, through the server: %+v", statement, got)
			}
		}
	}
}
