package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"fujin/datasets"
)

// sourcesOf opens nothing yet but makes sure that every file is there. Standard
// input, which can be read only once, is spooled to a temporary file; cleanup
// removes it.
func sourcesOf(files []string, stdin io.Reader) (sources []datasets.Source, cleanup func(), err error) {
	var spooled []string
	cleanup = func() {
		for _, name := range spooled {
			os.Remove(name)
		}
	}
	for _, name := range files {
		path := name
		if name == "-" {
			if path, err = spool(stdin); err != nil {
				return nil, cleanup, err
			}
			spooled = append(spooled, path)
			name = "standard input"
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return nil, cleanup, fmt.Errorf("%s: there is no such file", name)
		case err != nil:
			return nil, cleanup, err
		case info.IsDir():
			return nil, cleanup, fmt.Errorf("%s is a folder; name the files in it", name)
		}
		sources = append(sources, datasets.Source{Name: name, Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	return sources, cleanup, nil
}

// spool copies a stream to a temporary file.
func spool(r io.Reader) (string, error) {
	f, err := os.CreateTemp("", "fujin-stdin-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, r)
	return f.Name(), errors.Join(err, f.Close())
}
