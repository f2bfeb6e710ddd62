package restage

import (
	"strings"

	"schlank/dockerfile"
	"schlank/source"
)

// writer collects the text of a new Dockerfile. Text of the original goes in
// as it stands; what is new follows the file's escape character and line
// endings.
type writer struct {
	in Input
	b  strings.Builder
	// continuation ends a line that goes on.
	continuation string
}

func newWriter(in Input) *writer {
	return &writer{in: in, continuation: " " + string(in.File.Syntax.Escape) + "\n    "}
}

// line writes text and ends its line.
func (w *writer) line(text string) {
	w.b.WriteString(text)
	w.b.WriteByte('\n')
}

// gap leaves a blank line, unless there is one.
func (w *writer) gap() {
	if s := w.b.String(); s != "" && !strings.HasSuffix(s, "\n\n") {
		w.b.WriteByte('\n')
	}
}

// stage begins a stage with the comment that says why it exists.
func (w *writer) stage(why, from, name string) {
	w.gap()
	w.line("# " + why)
	w.line("FROM " + from + " AS " + name)
}

// run renders commands as one RUN with mounts.
func (w *writer) run(mounts, cmds []string) string {
	parts := append(append([]string{}, mounts...), strings.Join(cmds, w.continuation+"&& "))
	return "RUN " + strings.Join(parts, w.continuation)
}

// original writes an instruction as it stands, with the comments above it.
func (w *writer) original(i *dockerfile.Instruction) { w.edited(i, nil) }

// edited writes an instruction with edits, which speak of the file's bytes.
func (w *writer) edited(i *dockerfile.Instruction, edits []source.Edit) {
	w.comments(i)
	bare := i.Bare()
	for k := range edits {
		edits[k].Span = edits[k].Span.Shift(-bare.Start)
	}
	text, err := source.Apply(w.in.File.Source.Bytes[bare.Start:bare.End], edits)
	if err != nil {
		// Edits are made from spans of this instruction; if they disagree
		// the original is the safe text.
		text = w.in.File.Source.Bytes[bare.Start:bare.End]
	}
	w.line(string(text))
}

// comments writes the comment lines above an instruction.
func (w *writer) comments(i *dockerfile.Instruction) {
	for _, c := range w.in.File.Syntax.Comments(i.Instruction) {
		w.line(strings.TrimRight(w.in.File.Source.Text(c), "\r\n"))
	}
}

// text is the whole file. Line endings are those of the original.
func (w *writer) text() []byte {
	out := w.b.String()
	if strings.Contains(string(w.in.File.Source.Bytes), "\r\n") {
		out = strings.ReplaceAll(strings.ReplaceAll(out, "\r\n", "\n"), "\n", "\r\n")
	}
	return []byte(out)
}

// syntaxLine is the directive that makes any BuildKit understand the flags
// we write: COPY --exclude came with version 1.19 of the frontend.
const syntaxLine = "# syntax=docker/dockerfile:1"

// preamble writes everything before the stage as it stands, and the syntax
// directive when there is none.
func (w *writer) preamble() {
	f := w.in.File
	head := string(f.Source.Bytes[:w.in.Stage.Span.Start])
	if f.Syntax.Directive("syntax") == nil {
		bom := ""
		if strings.HasPrefix(head, "\ufeff") {
			bom, head = "\ufeff", head[len("\ufeff"):]
		}
		w.b.WriteString(bom + syntaxLine + "\n")
	}
	w.b.WriteString(head)
}

// stageNames chooses names for the new stages that the file does not use.
func stageNames(in Input) func(string) string {
	used := map[string]bool{}
	for _, s := range in.File.Stages {
		if s != in.Stage {
			used[s.Name] = true
		}
	}
	return func(name string) string {
		for used[name] {
			name = "slim-" + name
		}
		return name
	}
}
