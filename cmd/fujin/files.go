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
	"fujin/datasets/quality"
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

%d files that agencies, retailers and volunteers have published went through the gate as they are, with nothing said about them:
%d were read, %d refused. What format, encoding and coordinate system a file has is found by looking at it. A rejected row is left out
and named; a warning is about a row that stays. A repair is proposed, and made only when it is accepted. [The gate](/docs/quality)
says what the codes mean. A file without positions, such as a price list, is refused: nothing in it can be shown on a map.

The table is made by a command from the files and compared with them by a test.
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
			fmt.Fprintf(&tables, "\n## %s\n\n| file | format | encoding | coordinates | read | accepted | rejected | issues | repairs proposed |\n"+
				"| --- | --- | --- | --- | ---: | ---: | ---: | --- | --- |\n", top)
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
	source := datasets.Source{Name: path.Base(name), Size: info.Size(), Open: func() (io.ReadCloser, error) { return folder.Open(name) }}
	report, refusal := quality.Run(ctx, source, quality.Order{}, quality.Output{})
	if err := ctx.Err(); err != nil {
		return "", false, err
	}
	cells := []string{"`" + name + "`", string(report.Format), report.Encoding, report.CRS, "", "", "", "", ""}
	if refusal == nil {
		for i, count := range []int{report.Read, report.Accepted, report.Rejected} {
			cells[4+i] = grouped(count)
		}
		found, repairs := map[string]int{}, map[string]int{}
		for _, f := range report.Codes {
			found[f.Code] += f.Count
		}
		for _, r := range report.Repairs {
			repairs[r.Code] += r.Count
		}
		cells[7], cells[8] = topCodes(found), topCodes(repairs)
	} else {
		cells[7] = "refused: " + refusal.Error()
		layout, err := datasets.Columns(ctx, source, datasets.Options{})
		if err != nil {
			layout.Format = formatOf(source)
		}
		cells[1], cells[2] = string(layout.Format), layout.Encoding
	}
	for i, cell := range cells {
		cells[i] = cmp.Or(strings.NewReplacer("|", "\\|", "\n", " ").Replace(cell), "–")
	}
	return "| " + strings.Join(cells, " | ") + " |\n", refusal == nil, nil
}

// formatOf is the format that a file seems to have.
func formatOf(source datasets.Source) datasets.Format {
	file, err := source.Open()
	if err != nil {
		return ""
	}
	defer file.Close()
	head := make([]byte, 64<<10)
	n, _ := io.ReadFull(file, head)
	return datasets.Detect(head[:n], source.Name)
}

// topCodes names the codes that most issues have.
func topCodes(codes map[string]int) string {
	const most = 6
	names := slices.SortedFunc(maps.Keys(codes), func(a, b string) int {
		return cmp.Or(codes[b]-codes[a], strings.Compare(a, b))
	})
	var shown []string
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, "`"+name+"` × "+grouped(codes[name]))
	}
	if more := len(names) - most; more > 0 {
		shown = append(shown, fmt.Sprintf("%d more", more))
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
