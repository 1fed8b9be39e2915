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
and named; a warning is about a row that stays. Repairs are proposed, and made only when they are accepted. [The gate](/docs/quality)
says what the codes mean. A file without positions, such as a price list, is refused: nothing in it can be shown on a map.

The table is made by a command from the files and compared with them by a test.
`

// writeFilesGuide reads all files and writes for each folder a table of those
// that were read and a list of those that were refused.
func writeFilesGuide(ctx context.Context, w io.Writer, folder fs.FS) error {
	var chapters []*filesChapter
	var read, refused int
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") || path.Ext(name) == ".md" {
			return err
		}
		top, rest, inFolder := strings.Cut(name, "/")
		if !inFolder {
			top, rest = "files", name
		}
		if len(chapters) == 0 || chapters[len(chapters)-1].name != top {
			chapters = append(chapters, &filesChapter{name: top})
		}
		chapter := chapters[len(chapters)-1]
		before := len(chapter.refused)
		if err := chapter.add(ctx, folder, name, rest); err != nil {
			return err
		}
		refused += len(chapter.refused) - before
		read++
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, filesIntro, read, read-refused, refused)
	for _, chapter := range chapters {
		chapter.write(w)
	}
	return nil
}

// filesChapter is what the guide says of one folder.
type filesChapter struct {
	name          string
	read, refused []string
}

// add passes a file through the gate.
func (c *filesChapter) add(ctx context.Context, folder fs.FS, name, shown string) error {
	info, err := fs.Stat(folder, name)
	if err != nil {
		return err
	}
	source := datasets.Source{Name: path.Base(name), Size: info.Size(), Open: func() (io.ReadCloser, error) { return folder.Open(name) }}
	report, refusal := quality.Run(ctx, source, quality.Order{}, quality.Output{})
	if err := ctx.Err(); err != nil {
		return err
	}
	inLine := strings.NewReplacer("|", "\\|", "\n", " ", "<", "\\<")
	if refusal != nil {
		layout, err := datasets.Columns(ctx, source, datasets.Options{})
		if err != nil {
			layout.Format = formatOf(source)
		}
		c.refused = append(c.refused, fmt.Sprintf("- `%s`%s: %s", shown, found(" (", string(layout.Format), layout.Encoding, ")"), inLine.Replace(refusal.Error())))
		return nil
	}
	issues, repairs := map[string]int{}, map[string]int{}
	for _, f := range report.Codes {
		issues[f.Code] += f.Count
	}
	for _, r := range report.Repairs {
		repairs[r.Code] += r.Count
	}
	c.read = append(c.read, fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s | %s |", shown,
		inLine.Replace(found("", string(report.Format), report.Encoding, report.CRS, "")),
		grouped(report.Read), grouped(report.Accepted), grouped(report.Rejected), topCodes(issues), topCodes(repairs)))
	return nil
}

// found lists what was found of a file, between before and after.
func found(before string, things ...string) string {
	after := things[len(things)-1]
	known := slices.DeleteFunc(things[:len(things)-1], func(thing string) bool { return thing == "" })
	if len(known) == 0 {
		return ""
	}
	return before + strings.Join(known, ", ") + after
}

// write writes the chapter.
func (c *filesChapter) write(w io.Writer) {
	fmt.Fprintf(w, "\n## %s\n", c.name)
	if len(c.read) > 0 {
		fmt.Fprintf(w, "\n| file | found | read | accepted | rejected | issues | repairs |\n| --- | --- | ---: | ---: | ---: | --- | --- |\n%s\n", strings.Join(c.read, "\n"))
	}
	if len(c.refused) > 0 {
		fmt.Fprintf(w, "\nRefused:\n\n%s\n", strings.Join(c.refused, "\n"))
	}
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
		shown = append(shown, "`"+name+"`\u00a0×\u00a0"+grouped(codes[name]))
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
