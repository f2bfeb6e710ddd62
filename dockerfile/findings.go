package dockerfile

import (
	"fmt"

	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/source"
)

// The IDs of the findings about form and meaning. SL0 is reserved for them.
const (
	EmptyFile           = "SL0001"
	NoStage             = "SL0002"
	UnknownInstruction  = "SL0003"
	DuplicateDirective  = "SL0004"
	BadEscape           = "SL0005"
	LineTooLong         = "SL0006"
	UnterminatedHeredoc = "SL0007"
	BadHeredoc          = "SL0008"
	BadArray            = "SL0009"
	BadPair             = "SL0010"
	LooksLikeJSON       = "SL0011"
	EmptyContinuation   = "SL0012"
	UnknownFlag         = "SL0013"
	BadFlag             = "SL0014"
	BadArguments        = "SL0015"
	BadStageName        = "SL0016"
	DuplicateStage      = "SL0017"
	BadStageReference   = "SL0018"
	BadShell            = "SL0019"
	BadVariable         = "SL0020"
	BadMount            = "SL0021"
	BadOnbuild          = "SL0022"
)

// codeID is the ID of a syntax problem.
func codeID(c syntax.Code) string {
	switch c {
	case syntax.DuplicateDirective:
		return DuplicateDirective
	case syntax.BadEscape:
		return BadEscape
	case syntax.LineTooLong:
		return LineTooLong
	case syntax.UnterminatedHeredoc:
		return UnterminatedHeredoc
	case syntax.BadHeredoc:
		return BadHeredoc
	case syntax.NotStrings:
		return BadArray
	case syntax.MissingEquals, syntax.MissingValue:
		return BadPair
	case syntax.LooksLikeJSON:
		return LooksLikeJSON
	case syntax.EmptyContinuation:
		return EmptyContinuation
	default:
		return UnknownInstruction
	}
}

// codeSeverity is the severity of a syntax problem.
func codeSeverity(c syntax.Code) finding.Severity {
	if c == syntax.LooksLikeJSON || c == syntax.EmptyContinuation {
		return finding.Warning
	}
	return finding.Error
}

// alias names the ids that other tools give to the finding that was noted last.
func (f *File) alias(ids ...string) { f.Findings[len(f.Findings)-1].Aliases = ids }

// report notes a finding.
func (f *File) report(id string, severity finding.Severity, span source.Span, message, hint string) {
	f.Findings = append(f.Findings, finding.Finding{
		ID: id, Severity: severity, Span: span, Message: message, Hint: hint,
	})
}

// errorf notes what makes the build fail.
func (f *File) errorf(id string, span source.Span, hint, format string, args ...any) {
	f.report(id, finding.Error, span, fmt.Sprintf(format, args...), hint)
}

// warnf notes what is wrong though the file builds.
func (f *File) warnf(id string, span source.Span, hint, format string, args ...any) {
	f.report(id, finding.Warning, span, fmt.Sprintf(format, args...), hint)
}
