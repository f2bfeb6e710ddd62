package dockerfile

import (
	"cmp"
	"path"
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/source"
)

// run reads a RUN.
func (f *File) run(i *Instruction) *Run {
	f.checkFlags(i, flagSpec{strings: []string{"network", "security"}, lists: []string{"mount", "device"}})
	c := &Run{}
	for k := range i.Flags {
		if flag := &i.Flags[k]; flag.Name == "mount" && flag.HasValue {
			c.Mounts = append(c.Mounts, f.mount(i, k))
		}
	}
	c.Network = f.choice(i, "network", "default", "none", "host")
	c.Security = f.choice(i, "security", "sandbox", "insecure")
	if len(i.Words) == 0 {
		f.warnf(BadArguments, i.KeywordSpan, "write a command after it", "RUN has no command")
	}
	if len(i.Heredocs) == 0 {
		c.Exec = f.exec(i, i.Words)
		f.shellProblems(c.Script, finding.Error)
		return c
	}
	f.runHeredocs(i, c)
	f.shellProblems(c.Script, finding.Error)
	return c
}

// choice reads a flag that has only some values.
func (f *File) choice(i *Instruction, name string, values ...string) string {
	flag := i.Flag(name)
	if flag == nil {
		return ""
	}
	for _, v := range values {
		if flag.Value.Text() == v {
			return v
		}
	}
	f.errorf(BadFlag, flag.Value.File(), "it is one of "+strings.Join(values, ", "), "--%s can't be %q", name, flag.Value.Text())
	return flag.Value.Text()
}

// exec reads a command line in either form.
func (f *File) exec(i *Instruction, words []syntax.Word) Exec {
	e := Exec{JSON: i.JSON}
	if i.JSON {
		mapped := make([]source.Mapped, len(words))
		for k, w := range words {
			mapped[k] = w.Mapped
		}
		e.Args = texts(words)
		e.Script = shellcmd.Words(mapped)
		return e
	}
	if len(words) > 0 {
		e.Text = words[0].Mapped
	}
	e.inShell(i.Before, f.options.Scripts)
	if i.Name() != "RUN" {
		f.shellProblems(e.Script, finding.Warning)
	}
	return e
}

// inShell makes e run its text in the shell of a state.
func (e *Exec) inShell(s State, scripts *shellcmd.Cache) {
	shell := s.Shell
	if len(shell) == 0 {
		shell = defaultShell()
	}
	e.Args = append(append([]string{}, shell...), e.Text.Text())
	e.Script = scripts.Parse(e.Text, cmp.Or(s.ReadAs, shell[0]))
}

// runHeredocs puts the script of a RUN with heredocs together as BuildKit
// does. A lone marker means that the body is the script; in a longer line the
// heredocs are those of the shell.
func (f *File) runHeredocs(i *Instruction, c *Run) {
	first := i.Heredocs[0]
	if len(i.Words) == 0 || marker(i.Words[0]) == nil {
		parts := []source.Mapped{i.Args}
		for _, h := range i.Heredocs {
			at := source.Span{Start: h.Body.Start, End: h.Body.Start}
			parts = append(parts, source.Replaced("\n", at), h.Raw(f.Syntax), endWord(f, h))
		}
		c.Text = source.Concat(parts...)
		c.inShell(i.Before, f.options.Scripts)
		return
	}
	c.Heredoc = true
	c.Text = first.Content(f.Syntax)
	if !strings.HasPrefix(c.Text.Text(), "#!") {
		c.inShell(i.Before, f.options.Scripts)
		return
	}
	c.Interpreter = interpreter(c.Text.Text())
	c.Args = []string{"/dev/pipes/" + first.Name}
	c.Script = f.options.Scripts.Parse(c.Text, c.Interpreter)
}

// endWord is the word that ends a heredoc as the shell must see it.
func endWord(f *File, h syntax.Heredoc) source.Mapped {
	if h.Terminated && f.Source.Text(h.End) == h.Name {
		return source.Verbatim(f.Source.Bytes, h.End)
	}
	return source.Replaced(h.Name, h.End)
}

// interpreter is the program that a #! line names, without its directory; of
// "/usr/bin/env -S bash -e" it is bash.
func interpreter(script string) string {
	line, _, _ := strings.Cut(script[len("#!"):], "\n")
	for k, word := range strings.Fields(line) {
		if k > 0 && strings.HasPrefix(word, "-") {
			continue
		}
		if name := path.Base(word); name != "env" {
			return name
		}
	}
	return "sh"
}

// shellProblems notes what the shell can't read.
func (f *File) shellProblems(s *shellcmd.Script, severity finding.Severity) {
	for _, p := range s.Problems {
		f.report(BadShell, severity, p.Orig, p.Message, p.Hint)
	}
}
