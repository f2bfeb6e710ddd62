package restage

import (
	"regexp"
	"strconv"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/syntax"
	"schlank/source"
)

// writer collects the text of a new Dockerfile. Text of the original goes in
// as it stands; what is new follows the file's escape character and line
// endings. No comment of the original gets lost, and none is written twice.
type writer struct {
	in Input
	b  strings.Builder
	// eol ends a line, continuation one that goes on.
	eol, continuation string
	// above is what stands above the instructions of the stage.
	above map[*syntax.Instruction]above
	// trailing are the comments after the last instruction.
	trailing []source.Span
	// written are the comments that are in the text.
	written map[source.Span]bool
	// tight keeps the next instruction without a comment close to what is
	// there.
	tight bool
}

// above is what stands between an instruction and the one before it.
type above struct {
	comments []source.Span
	blank    bool
}

func newWriter(in Input) *writer {
	w := &writer{in: in, eol: "\n", above: map[*syntax.Instruction]above{}, written: map[source.Span]bool{}}
	if first, _, ok := strings.Cut(string(in.File.Source.Bytes), "\n"); ok && strings.HasSuffix(first, "\r") {
		w.eol = "\r\n"
	}
	w.continuation = " " + string(in.File.Syntax.Escape) + w.eol + "    "
	var a above
	for _, n := range in.File.Syntax.Nodes {
		switch {
		case n.Span.Start < in.Stage.Span.Start:
		case n.Kind == syntax.CommentLine:
			a.comments = append(a.comments, n.Span)
		case n.Kind == syntax.BlankLine:
			a.blank = true
		case n.Kind == syntax.InstructionLines:
			w.above[n.Instruction] = a
			a = above{}
		}
	}
	w.trailing = a.comments
	return w
}

// line writes text and ends its line.
func (w *writer) line(text string) {
	w.b.WriteString(text)
	w.b.WriteString(w.eol)
}

// gap leaves a blank line, unless there is one.
func (w *writer) gap() {
	if s := w.b.String(); s != "" && !strings.HasSuffix(s, w.eol+w.eol) {
		w.b.WriteString(w.eol)
	}
}

// stage begins a stage with the comment that says why it exists.
func (w *writer) stage(why, from, name string) {
	w.gap()
	w.line("# " + why)
	w.line("FROM " + from + " AS " + name)
	w.gap()
}

// run renders commands as one RUN with mounts.
func (w *writer) run(mounts, cmds []string) string {
	parts := append(append([]string{}, mounts...), strings.Join(cmds, w.continuation+"&& "))
	return "RUN " + strings.Join(parts, w.continuation)
}

// maxLine is how long a line with several words may be, in bytes.
const maxLine = 100

// wrap joins words with blanks, or gives each a line of its own when that
// gets too long.
func (w *writer) wrap(words []string) string {
	if one := strings.Join(words, " "); len(one) <= maxLine || len(words) <= 3 {
		return one
	}
	return strings.Join(words, w.continuation)
}

// original writes an instruction as it stands, with the comments above it and
// the blank line that sets it off.
func (w *writer) original(i *dockerfile.Instruction) { w.edited(i, nil) }

// edited writes an instruction with edits, which speak of the file's bytes.
func (w *writer) edited(i *dockerfile.Instruction, edits []source.Edit) {
	w.comments(i)
	bare := i.Bare()
	var after []source.Span // of a continuation that nothing follows
	for _, p := range i.Pieces {
		switch {
		case isComment(p) && p.Span.Start < bare.End:
			w.written[p.Span] = true
		case isComment(p):
			after = append(after, p.Span)
		}
	}
	shifted := make([]source.Edit, 0, len(edits))
	for _, e := range edits {
		shifted = append(shifted, source.Edit{Span: e.Span.Shift(-bare.Start), New: e.New})
	}
	text, err := source.Apply(w.in.File.Source.Bytes[bare.Start:bare.End], shifted)
	if err != nil {
		// Edits are made from spans of this instruction; if they disagree
		// the original is the safe text.
		text = w.in.File.Source.Bytes[bare.Start:bare.End]
	}
	w.line(string(text))
	for _, c := range after {
		w.comment(c)
	}
}

// bare writes the text of an instruction alone, for a stage that repeats it.
func (w *writer) bare(i *dockerfile.Instruction) { w.line(w.in.File.Source.Text(i.Bare())) }

// comments writes the comment lines above an instruction that are not
// written yet, after a blank line where the original has one.
func (w *writer) comments(i *dockerfile.Instruction) {
	a := w.above[i.Instruction]
	if a.blank && !(w.tight && len(a.comments) == 0) {
		w.gap()
	}
	w.tight = false
	for _, c := range a.comments {
		w.comment(c)
	}
}

func (w *writer) comment(c source.Span) {
	if !w.written[c] {
		w.written[c] = true
		w.line(strings.TrimSpace(w.in.File.Source.Text(c)))
	}
}

// replaced writes the comments of an instruction whose place another text
// takes, those between its lines too.
func (w *writer) replaced(i *dockerfile.Instruction) {
	w.comments(i)
	for _, p := range i.Pieces {
		if isComment(p) {
			w.comment(p.Span)
		}
	}
}

// leftOver writes the comments of the stage that no instruction has taken
// along, in their order.
func (w *writer) leftOver() {
	for _, i := range w.in.Stage.Instructions {
		for _, c := range w.above[i.Instruction].comments {
			w.comment(c)
		}
		for _, p := range i.Pieces {
			if isComment(p) {
				w.comment(p.Span)
			}
		}
	}
	for _, c := range w.trailing {
		w.comment(c)
	}
}

func isComment(p syntax.Piece) bool { return p.Kind == syntax.CommentPiece }

// text is the whole file.
func (w *writer) text() []byte { return []byte(w.b.String()) }

// syntaxImage is the frontend that understands the flags we write: COPY
// --exclude and --parents came with version 1.20.
const (
	syntaxImage = "docker/dockerfile:1"
	syntaxMinor = 20
)

// oldFrontend are references to a version of the frontend.
var oldFrontend = regexp.MustCompile(`^(?:docker\.io/)?docker/dockerfile:1\.([0-9]{1,4})(?:\.[0-9]+)?$`)

// preamble writes everything before the stage as it stands but for the
// syntax directive, which must be there and new enough.
func (w *writer) preamble() {
	f := w.in.File
	head := string(f.Source.Bytes[:w.in.Stage.Span.Start])
	d := f.Syntax.Directive("syntax")
	if d != nil {
		if m := oldFrontend.FindStringSubmatch(d.Value); m != nil && d.ValueSpan.End <= len(head) {
			if minor, err := strconv.Atoi(m[1]); err == nil && minor < syntaxMinor {
				head = head[:d.ValueSpan.Start] + syntaxImage + head[d.ValueSpan.End:]
			}
		}
	} else {
		rest, marked := strings.CutPrefix(head, "\ufeff")
		if marked {
			w.b.WriteString("\ufeff")
		}
		w.line("# syntax=" + syntaxImage)
		head = rest
		if head != "" && !strings.HasPrefix(head, "#") {
			w.gap()
		}
	}
	w.b.WriteString(head)
	for _, c := range w.above[w.in.Stage.From.Instruction].comments {
		w.comment(c)
	}
}

// stageNames chooses names for the new stages that the file does not use.
func stageNames(in Input) func(string) string {
	used := map[string]bool{}
	for _, s := range in.File.Stages {
		if s != in.Stage {
			used[s.Name] = true
		}
		used[s.Base.Text] = true
		for _, i := range s.Instructions {
			switch c := i.Command.(type) {
			case *dockerfile.Copy:
				used[c.From.Text] = true
			case *dockerfile.Run:
				for _, m := range c.Mounts {
					used[m.From.Text] = true
				}
			}
		}
	}
	return func(name string) string {
		for used[name] {
			name = "slim-" + name
		}
		used[name] = true
		return name
	}
}

// prodName is the name of the run-time stage: the original's, since people
// and tools may build it by that, else "prod".
func prodName(in Input, name func(string) string) string {
	if in.Stage.Name != "" {
		return name(in.Stage.Name)
	}
	return name("prod")
}

// from renders a FROM's reference with the stage's platform.
func from(platform, ref string) string {
	if platform != "" {
		return "--platform=" + platform + " " + ref
	}
	return ref
}

// root is the stage of the chain that starts from an image.
func root(in Input) *dockerfile.Stage {
	s := in.Stage
	for s.Parent != nil {
		s = s.Parent
	}
	return s
}
