// Package web holds the citizens' page, the agencies' console and the map of a
// dataset's page: TypeScript and Svelte, built by Vite into dist and embedded,
// so that one binary is all there is to install.
package web

import (
	"embed"
	"io/fs"
)

// all: because a build may contain names that begin with a dot or underscore.
//
//go:embed all:dist
var dist embed.FS

// FS returns the files of the page, rooted at the build folder, and whether
// they were built. A clean clone holds only placeholder.html, which says how to
// build; then built is false and placeholder.html is the page to serve.
//
// A built page has index.html, to be served for / and for /p/{id} without
// caching, console.html, dataset-map.js for the pages of datasets, and assets/,
// whose names carry a hash of their content and may be cached for ever.
func FS() (files fs.FS, built bool) {
	files, err := fs.Sub(dist, "dist")
	if err != nil { // only an invalid constant path can fail
		return dist, false
	}
	_, err = fs.Stat(files, "index.html")
	return files, err == nil
}
