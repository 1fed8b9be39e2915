package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"fujin/datasets"
)

// filesCommand tells what becomes of every file of a folder, as the guide
// api/docs/files.md: what the readers promise, seen on files that agencies and
// retailers have really published.
type filesCommand struct {
	Folder string `arg:"" type:"existingdir" help:"Folder to read, with its folders."`
}

// Run writes the guide to standard output.
func (c *filesCommand) Run(ctx context.Context, g *Globals) error {
	var guide bytes.Buffer
	if err := writeFilesGuide(ctx, &guide, os.DirFS(c.Folder)); err != nil {
		return err
	}
	_, err := g.Stdout.Write(guide.Bytes())
	return err
}

const filesIntro = `# What becomes of real files

%d files that agencies, retailers and volunteers have published, read as they are, with no option given: %d are read, %d
refused. Nobody has to say what format, encoding or coordinate system a file has; the table says what was found. A rejected
row is left out and named, a warning is not; [Publishing a file](/docs/import) says what the codes mean. A file without
positions, such as a price list, is refused as a whole: nothing in it can be shown on a map.
`

// writeFilesGuide reads all files and writes one table for each folder.
func writeFilesGuide(ctx context.Context, w io.Writer, folder fs.FS) error {
	var tables bytes.Buffer
	var current string
	read, refused := 0, 0
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") || path.Ext(name) == ".md" {
			return err
		}
		if top, _, _ := strings.Cut(name, "/"); top != current {
			current = top
			fmt.Fprintf(&tables, "\n## %s\n\n| file | format | encoding | coordinates | read | accepted | rejected | issues |\n| --- | --- | --- | --- | ---: | ---: | ---: | --- |\n", top)
		}
		row, ok, err := fileRow(ctx, folder, name)
		if ok {
			read++
		} else {
			refused++
		}
		tables.WriteString(row)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, filesIntro, read+refused, read, refused)
	_, err = tables.WriteTo(w)
	return err
}

// fileRow is one file's row of the table; ok tells whether the file was read.
func fileRow(ctx context.Context, folder fs.FS, name string) (row string, ok bool, err error) {
	info, err := fs.Stat(folder, name)
	if err != nil {
		return "", false, err
	}
	codes := map[string]int{}
	sum, refusal := datasets.Read(ctx,
		datasets.Source{Name: path.Base(name), Size: info.Size(), Open: func() (io.ReadCloser, error) { return folder.Open(name) }},
		datasets.Options{CRS: "auto"},
		datasets.Sink{
			Place: func(datasets.Place) error { return nil },
			Issue: func(i datasets.Issue) error { codes[i.Code]++; return nil },
		})
	if err := ctx.Err(); err != nil {
		return "", false, err
	}
	cells := []string{"`" + name + "`", string(sum.Format), sum.Encoding, sum.CRS, "", "", "", topCodes(codes)}
	if refusal == nil {
		for i, count := range []int{sum.Read, sum.Accepted, sum.Rejected} {
			cells[4+i] = grouped(count)
		}
	} else {
		cells[7] = "refused: " + refusal.Error()
	}
	for i, cell := range cells {
		cells[i] = cmp.Or(strings.NewReplacer("|", "\\|", "\n", " ").Replace(cell), "–")
	}
	return "| " + strings.Join(cells, " | ") + " |\n", refusal == nil, nil
}

// topCodes names the codes that most issues have.
func topCodes(codes map[string]int) string {
	const most = 5
	names := slices.SortedFunc(maps.Keys(codes), func(a, b string) int {
		return cmp.Or(codes[b]-codes[a], strings.Compare(a, b))
	})
	var shown []string
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, "`"+name+"` × "+grouped(codes[name]))
	}
	if more := len(names) - most; more > 0 {
		shown = append(shown, fmt.Sprintf("%d more kinds", more))
	}
	return strings.Join(shown, ", ")
}

// grouped writes a count with commas, for people: 25,600.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
