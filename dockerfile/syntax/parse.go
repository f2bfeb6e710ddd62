package syntax

import (
	"bytes"
	"cmp"
	"slices"
	"unicode"

	"schlank/source"
)

// byteOrderMark is U+FEFF in UTF-8. It is skipped at the start of a file.
const byteOrderMark = "\xEF\xBB\xBF"

// maxLine is the longest line BuildKit reads, in bytes with its line ending.
const maxLine = 64 * 1024

// parser goes through the lines of a file.
type parser struct {
	file *File
	at   int // offset of the next line
	// directivesDone is set by the first line that is no directive: they
	// count only at the very top of the file.
	directivesDone bool
}

// Parse reads a Dockerfile. It keeps text, which must not be changed after.
func Parse(text []byte) *File {
	p := &parser{file: &File{Text: text, Escape: '\\'}}
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		p.at = len(byteOrderMark)
		p.add(Node{Kind: ByteOrderMark, Span: source.Span{End: p.at}})
	}
	for p.at < len(text) {
		p.node()
	}
	slices.SortStableFunc(p.file.Problems, func(a, b Problem) int {
		return cmp.Compare(a.Span.Start, b.Span.Start)
	})
	return p.file
}

// add appends a node to the file.
func (p *parser) add(n Node) {
	p.file.Nodes = append(p.file.Nodes, n)
	if n.Directive != nil {
		p.file.Directives = append(p.file.Directives, n.Directive)
	}
	if n.Instruction != nil {
		p.file.Instructions = append(p.file.Instructions, n.Instruction)
	}
}

// problem notes a problem.
func (p *parser) problem(code Code, span source.Span, message, hint string) {
	p.file.Problems = append(p.file.Problems, Problem{Code: code, Span: span, Message: message, Hint: hint})
}

// bytes is the text of span.
func (p *parser) bytes(span source.Span) []byte { return p.file.Text[span.Start:span.End] }

// line is a line of the file.
type line struct {
	span source.Span // with the line ending
	body source.Span // without it
}

// next takes the next line.
func (p *parser) next() line {
	l := line{span: source.Span{Start: p.at, End: len(p.file.Text)}}
	if i := bytes.IndexByte(p.file.Text[p.at:], '\n'); i >= 0 {
		l.span.End = p.at + i + 1
	}
	text := p.bytes(l.span)
	l.body = source.Span{Start: p.at, End: p.at + len(bytes.TrimRight(text, "\r\n"))}
	if len(text) > maxLine || len(text) == maxLine && text[len(text)-1] != '\n' {
		p.problem(LineTooLong, l.body, "line is longer than the 65535 bytes BuildKit reads",
			"split the line with a continuation, or move the text into a file")
	}
	p.at = l.span.End
	return l
}

// node reads the lines of one node.
func (p *parser) node() {
	l := p.next()
	body := p.trimLeft(l.body)
	if !p.directivesDone {
		if d := p.directive(l, body); d != nil {
			p.add(Node{Kind: DirectiveLine, Span: l.span, Directive: d})
			return
		}
		p.directivesDone = true
	}
	switch {
	case body.Len() == 0:
		p.add(Node{Kind: BlankLine, Span: l.span})
	case p.file.Text[body.Start] == '#':
		p.add(Node{Kind: CommentLine, Span: l.span})
	default:
		i := p.instruction(l)
		p.add(Node{Kind: InstructionLines, Span: i.Span, Instruction: i})
	}
}

// instruction reads the instruction that starts in line l: its continuation
// lines, the parts of the joined text, and the heredocs it announces.
func (p *parser) instruction(l line) *Instruction {
	i := &Instruction{}
	p.joinLines(i, l)
	i.build(p, i.logical)
	p.heredocs(i)
	i.Span = source.Span{Start: l.span.Start, End: p.at}
	return i
}

// joinLines cuts the lines of an instruction into pieces and joins what is its
// text: no continuation marks, no comments, no blank lines.
func (p *parser) joinLines(i *Instruction, l line) {
	var text []source.Mapped
	body := p.trimLeft(l.body)
	i.piece(Indent, source.Span{Start: l.span.Start, End: body.Start})
	for {
		words, more := p.cutContinuation(body)
		i.piece(TextPiece, words)
		text = append(text, source.Verbatim(p.file.Text, words))
		if !more {
			i.piece(LineEnd, source.Span{Start: words.End, End: l.span.End})
			break
		}
		i.piece(Continuation, source.Span{Start: words.End, End: l.span.End})
		var ok bool
		if l, ok = p.skipInside(i); !ok {
			break
		}
		body = l.body
	}
	i.logical = source.Concat(text...)
}

// skipInside takes the comments and blank lines after a continuation and
// returns the line that carries on, and false at the end of the file.
func (p *parser) skipInside(i *Instruction) (line, bool) {
	for p.at < len(p.file.Text) {
		l := p.next()
		body := p.trimLeft(l.body)
		switch {
		case body.Len() == 0:
			i.piece(BlankPiece, l.span)
			// All of the line, so that there is something to see and to remove.
			p.problem(EmptyContinuation, l.span, "blank line inside an instruction",
				"remove the blank line, or put a # in it")
		case p.file.Text[body.Start] == '#':
			i.piece(CommentPiece, l.span)
		default:
			return l, true
		}
	}
	return line{}, false
}

// cutContinuation cuts the continuation mark off a line: the escape character
// at its end, blanks after it allowed, that no other escape stands before.
func (p *parser) cutContinuation(body source.Span) (source.Span, bool) {
	text := bytes.TrimRight(p.bytes(body), " \t")
	n := len(text) - 1
	if n < 0 || text[n] != p.file.Escape || n > 0 && text[n-1] == p.file.Escape {
		return body, false
	}
	return source.Span{Start: body.Start, End: body.Start + n}, true
}

// trimLeft is span without the blanks it starts with.
func (p *parser) trimLeft(span source.Span) source.Span {
	rest := bytes.TrimLeftFunc(p.bytes(span), unicode.IsSpace)
	return source.Span{Start: span.End - len(rest), End: span.End}
}

// trimSpan is span without the blanks at both ends.
func trimSpan(text []byte, span source.Span) source.Span {
	s := bytes.TrimLeftFunc(text[span.Start:span.End], unicode.IsSpace)
	start := span.End - len(s)
	return source.Span{Start: start, End: start + len(bytes.TrimRightFunc(s, unicode.IsSpace))}
}
