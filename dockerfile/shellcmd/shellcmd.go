// Package shellcmd is what a RUN does: the shell text of an instruction taken
// apart into commands with words, redirections and the operators between them,
// each with its exact place in the Dockerfile. It is the only door to
// mvdan.cc/sh/v3 and imports source besides.
//
// Reading never fails: what is no valid shell is a Problem, and the commands
// before it are there.
package shellcmd

import (
	"mvdan.cc/sh/v3/syntax"

	"schlank/source"
)

// Script is a shell text taken apart.
type Script struct {
	// Text is what was read. All spans in a script speak of it; Orig* fields
	// and File give places in the file.
	Text source.Mapped
	// Commands are all simple commands in the order in which they start, those
	// in loops, functions and $(…) too.
	Commands []Command
	// Steps are the parts of the script's outermost list, as a && b; c has
	// three. A step is a command, a pipeline, or a compound like an if.
	Steps []Step
	// Problems is what is no valid shell.
	Problems []Problem
	// Opaque is set when the text is not read: it is for a shell that is not
	// known here, such as powershell, or longer than 64 KiB. There are no
	// commands then, and nothing may be concluded from that.
	Opaque bool

	tree []*syntax.Stmt
}

// File is the smallest span of the file that holds the text in span.
func (s *Script) File(span source.Span) source.Span { return s.Text.OrigSpan(span) }

// Step is a part of a list.
type Step struct {
	// Span is from the first byte to the last, without the operator and
	// without heredoc bodies.
	Span source.Span
	// Next is what joins the step to the one after it.
	Next Join
	// First and Last are the commands in it: Commands[First:Last].
	First, Last int
	// Removal is what to take away to remove the step: itself with the
	// operator that joins it to the next step, or, for the last step, to the
	// one before, and with its heredoc bodies. OrigRemoval is that in the
	// file. Empty when the step can't be removed without harm.
	Removal, OrigRemoval []source.Span
}

// Join is an operator between commands.
type Join string

// The operators.
const (
	// End is no operator: nothing follows in the list.
	End        Join = ""
	And        Join = "&&"
	Or         Join = "||"
	Pipe       Join = "|"
	PipeAll    Join = "|&"
	Semicolon  Join = ";"
	Background Join = "&"
	Newline    Join = "\n"
)

// Scope is a construct around a command.
type Scope string

// The constructs.
const (
	Subshell     Scope = "subshell"
	Group        Scope = "group"     // { …; }
	Condition    Scope = "condition" // of an if or a loop
	Branch       Scope = "branch"    // of an if or a case
	Loop         Scope = "loop"
	Function     Scope = "function"
	Substitution Scope = "substitution" // $(…), <(…)
)

// Command is a simple command.
type Command struct {
	// Name is the value of the first word, "" when there is none or when it
	// is known only at run time.
	Name string
	// Words are the name and the arguments.
	Words []Word
	// Assigns are the assignments before the name.
	Assigns []Assign
	Redirs  []Redir
	// Span is from the first assignment, word or redirection to the last,
	// without heredoc bodies. Orig is that in the file.
	Span, Orig source.Span
	// Next is what joins the command to the one after it, at NextSpan. For
	// Newline and End that is an empty span.
	Next     Join
	NextSpan source.Span
	// Within is the constructs around the command, outermost first.
	Within []Scope
	// Negated is set for "! command", Piped when it reads from a pipe.
	Negated, Piped bool
	// Removal and OrigRemoval are as in Step; empty for a part of a pipeline
	// and for the only command of a construct.
	Removal, OrigRemoval []source.Span

	// inner is Effective().Script, which rules ask for again and again.
	inner *Script
}

// Word is a word of a command.
type Word struct {
	// Text is the word as it is written, Value what it stands for, if Static.
	Text, Value string
	// Static is set when the value is known without running anything: no
	// variables, no substitutions, no tilde.
	Static bool
	// Glob is set when the word has a wildcard that the shell may expand.
	Glob bool
	// Element is set for an element of a JSON array, which no shell has split:
	// what is put beside it must be one as well. Orig is then inside of its
	// quotes.
	Element bool
	// Span is the place of the word, Orig that in the file.
	Span, Orig source.Span

	value source.Mapped
}

// Mapped is the value with the places its bytes come from: empty unless Static.
func (w Word) Mapped() source.Mapped { return w.value }

// Assign is an assignment, NAME=value.
type Assign struct {
	Name  string
	Value Word // without text when the value is empty or an array
	Span  source.Span
	Orig  source.Span
}

// Redir is a redirection.
type Redir struct {
	// FD is the number or {name} before the operator, Op the operator.
	FD, Op string
	// Target is the word after it, for a heredoc the word that ends it.
	Target     Word
	Span, Orig source.Span
	// Body is the lines of a heredoc with the line that ends it, empty for
	// other redirections.
	Body source.Span
}

// Problem is a place that is no valid shell.
type Problem struct {
	Span, Orig    source.Span
	Message, Hint string
}
