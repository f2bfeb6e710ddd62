package dockerfile_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"schlank/dockerfile"
	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/internal/corpus"
	"schlank/source"
)

// TestOracle gives all cases to BuildKit's frontend too: the same stages and
// the same commands with the same arguments come out, and what BuildKit
// refuses has a finding of severity error here.
func TestOracle(t *testing.T) {
	t.Run("own", func(t *testing.T) { compareAll(t, corpus.Own()) })
	t.Run("peers", func(t *testing.T) { compareAll(t, corpus.Peers(t, os.DirFS("../../shared/cases"))) })
}

func compareAll(t *testing.T, cases []corpus.Case) {
	for _, c := range cases {
		if diff := compare(c.Text); diff != "" {
			t.Errorf("%s:\n%q\n%s", c.Name, c.Text, diff)
		}
		// Many cases of the peers are only a line. With a FROM they say more.
		withFrom := "FROM scratch\n" + c.Text
		if diff := compare(withFrom); diff != "" {
			t.Errorf("%s with a FROM:\n%q\n%s", c.Name, withFrom, diff)
		}
	}
}

// FuzzOracle looks for files on which the two disagree.
func FuzzOracle(f *testing.F) {
	for _, c := range corpus.Own() {
		f.Add(c.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return // BuildKit spoils such bytes, so there is nothing to compare
		}
		if diff := compare(text); diff != "" {
			t.Errorf("%q\n%s", text, diff)
		}
	})
}

// stage is what both sides are brought to.
type stage struct {
	Name, Base, Platform string
	Commands             []command
}

// command is an instruction with what it has, by name.
type command struct {
	Kind string
	Has  map[string]any
}

// compare is what differs between the two readings of text.
func compare(text string) string {
	file := dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(text)})
	worst, _ := finding.Worst(file.Findings)
	result, err := parser.Parse(strings.NewReader(text))
	var stages []instructions.Stage
	var args []instructions.ArgCommand
	if err == nil {
		stages, args, err = instructions.Parse(result.AST, linter.New(&linter.Config{}))
	}
	if err == nil && len(stages) == 0 {
		err = fmt.Errorf("no stages")
	}
	if err != nil {
		if worst < finding.Error {
			return fmt.Sprintf("BuildKit says %v, here there is no error", err)
		}
		return ""
	}
	if diff := compareBases(file, result.EscapeToken, stages, args); diff != "" {
		return diff
	}
	var want, got []stage
	for _, s := range stages {
		want = append(want, fromBuildKit(s))
	}
	for _, s := range file.Stages {
		got = append(got, fromStage(file, s))
	}
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

// compareBases compares the references with variables put in. The lexer is
// BuildKit's own; the loop does what its converter does with global ARGs.
func compareBases(file *dockerfile.File, escape rune, stages []instructions.Stage, args []instructions.ArgCommand) string {
	var env []string
	for _, name := range dockerfile.Parse(source.File{}).Args.Names() {
		value, _ := file.Args.Get(name)
		env = append(env, name+"="+value)
	}
	lex := shell.NewLex(escape)
	for _, a := range args {
		for _, kv := range a.Args {
			if kv.Value == nil {
				continue
			}
			value, _, err := lex.ProcessWord(*kv.Value, shell.EnvsFromSlice(env))
			if err != nil {
				return wantError(file, err)
			}
			env = append(env, kv.Key+"="+value)
		}
	}
	for k, s := range stages {
		base, _, err := lex.ProcessWord(s.BaseName, shell.EnvsFromSlice(env))
		if err != nil {
			return wantError(file, err)
		}
		if got := file.Stages[k].Base.Text; got != base {
			return fmt.Sprintf("base %d is %q, BuildKit says %q", k, got, base)
		}
	}
	return ""
}

// wantError is a difference if file has no error.
func wantError(file *dockerfile.File, err error) string {
	if worst, _ := finding.Worst(file.Findings); worst < finding.Error {
		return fmt.Sprintf("BuildKit says %v, here there is no error", err)
	}
	return ""
}

// fromBuildKit is BuildKit's reading of a stage.
func fromBuildKit(s instructions.Stage) stage {
	out := stage{Name: s.Name, Base: s.BaseName, Platform: s.Platform}
	for _, c := range s.Commands {
		has := map[string]any{}
		switch c := c.(type) {
		case *instructions.RunCommand:
			if len(c.Files) == 0 {
				has["line"] = strings.Join(c.CmdLine, "\x00")
			}
			has["shell"] = c.PrependShell
			has["network"], has["security"] = instructions.GetNetwork(c), instructions.GetSecurity(c)
			has["mounts"] = buildKitMounts(c)
		case *instructions.CopyCommand:
			has["from"], has["chown"], has["chmod"], has["link"], has["parents"] = c.From, c.Chown, c.Chmod, c.Link, c.Parents
			has["excludes"] = c.ExcludePatterns
			addSources(has, c.SourcesAndDest)
		case *instructions.AddCommand:
			has["from"], has["chown"], has["chmod"], has["link"], has["checksum"] = "", c.Chown, c.Chmod, c.Link, c.Checksum
			has["keep"], has["unpack"] = c.KeepGitDir != nil && *c.KeepGitDir, c.Unpack != nil && *c.Unpack
			has["excludes"] = c.ExcludePatterns
			addSources(has, c.SourcesAndDest)
		case *instructions.EnvCommand:
			has["vars"] = pairs(c.Env)
		case *instructions.LabelCommand:
			has["vars"] = pairs(c.Labels)
		case *instructions.ArgCommand:
			var out []string
			for _, kv := range c.Args {
				if kv.Value == nil {
					out = append(out, kv.Key)
				} else {
					out = append(out, kv.Key+"="+*kv.Value)
				}
			}
			has["vars"] = out
		case *instructions.WorkdirCommand:
			has["text"] = c.Path
		case *instructions.UserCommand:
			has["text"] = c.User
		case *instructions.StopSignalCommand:
			has["text"] = c.Signal
		case *instructions.MaintainerCommand:
			has["text"] = c.Maintainer
		case *instructions.VolumeCommand:
			has["paths"] = c.Volumes
		case *instructions.ExposeCommand:
			has["ports"] = c.Ports
		case *instructions.ShellCommand:
			has["line"] = strings.Join(c.Shell, "\x00")
		case *instructions.CmdCommand:
			has["line"], has["shell"] = strings.Join(c.CmdLine, "\x00"), c.PrependShell
		case *instructions.EntrypointCommand:
			has["line"], has["shell"] = strings.Join(c.CmdLine, "\x00"), c.PrependShell
		case *instructions.HealthCheckCommand:
			has["line"], has["shell"] = "", false
			if c.Health.Test[0] != "NONE" {
				has["line"], has["shell"] = strings.Join(c.Health.Test[1:], "\x00"), c.Health.Test[0] == "CMD-SHELL"
			}
			has["none"] = c.Health.Test[0] == "NONE"
			has["times"] = fmt.Sprint(c.Health.Interval, c.Health.Timeout, c.Health.StartPeriod, c.Health.StartInterval, c.Health.Retries)
		}
		out.Commands = append(out.Commands, command{strings.ToUpper(c.Name()), has})
	}
	return out
}

// buildKitMounts are the types and sources of the mounts of a RUN. BuildKit
// expands the rest later, so only from is there yet.
func buildKitMounts(c *instructions.RunCommand) []string {
	var out []string
	for _, m := range instructions.GetMounts(c) {
		out = append(out, m.From)
	}
	return out
}

// addSources adds what is copied.
func addSources(has map[string]any, s instructions.SourcesAndDest) {
	has["sources"], has["dest"] = s.SourcePaths, s.DestPath
	var inline []string
	for _, c := range s.SourceContents {
		inline = append(inline, c.Path+"\n"+c.Data)
	}
	has["inline"] = inline
}

// pairs are name=value.
func pairs(kvs instructions.KeyValuePairs) []string {
	var out []string
	for _, kv := range kvs {
		out = append(out, kv.String())
	}
	return out
}

// fromStage is our reading of a stage.
func fromStage(f *dockerfile.File, s *dockerfile.Stage) stage {
	out := stage{Name: s.Name, Base: s.Base.Raw, Platform: latin1(s.Platform.Raw)}
	for _, i := range s.Instructions {
		out.Commands = append(out.Commands, command{i.Name(), has(f, i)})
	}
	return out
}

// has is what an instruction has, before variables are put in.
func has(f *dockerfile.File, i *dockerfile.Instruction) map[string]any {
	switch c := i.Command.(type) {
	case *dockerfile.Run:
		out := map[string]any{"shell": !c.JSON, "network": "default", "security": "sandbox"}
		if len(i.Heredocs) == 0 {
			out["line"] = line(i.Words)
		}
		if c.Network != "" {
			out["network"] = c.Network
		}
		if c.Security != "" {
			out["security"] = c.Security
		}
		var mounts []string
		for _, m := range c.Mounts {
			mounts = append(mounts, latin1(m.From.Raw))
		}
		out["mounts"] = mounts
		return out
	case *dockerfile.Copy:
		return hasCopy(f, c)
	case *dockerfile.EnvVars:
		return map[string]any{"vars": vars(i)}
	case *dockerfile.Label:
		return map[string]any{"vars": vars(i)}
	case *dockerfile.Arg:
		return map[string]any{"vars": vars(i)}
	case *dockerfile.Workdir:
		return map[string]any{"text": c.Path.Raw}
	case *dockerfile.User:
		return map[string]any{"text": c.User.Raw}
	case *dockerfile.StopSignal:
		return map[string]any{"text": c.Signal.Raw}
	case *dockerfile.Maintainer:
		return map[string]any{"text": c.Text.Raw}
	case *dockerfile.Volume:
		var paths []string
		for _, p := range c.Paths {
			paths = append(paths, strings.TrimSpace(p.Raw))
		}
		return map[string]any{"paths": paths}
	case *dockerfile.Expose:
		var ports []string
		for _, w := range i.Words {
			ports = append(ports, w.Text())
		}
		slices.Sort(ports) // as BuildKit does
		return map[string]any{"ports": ports}
	case *dockerfile.Shell:
		return map[string]any{"line": strings.Join(c.Words, "\x00")}
	case *dockerfile.Cmd:
		return map[string]any{"line": line(i.Words), "shell": !c.JSON}
	case *dockerfile.Entrypoint:
		return map[string]any{"line": line(i.Words), "shell": !c.JSON}
	case *dockerfile.Healthcheck:
		return map[string]any{
			"line": line(i.Words[1:]), "shell": !c.JSON && !c.None, "none": c.None,
			"times": fmt.Sprint(c.Interval, c.Timeout, c.StartPeriod, c.StartInterval, c.Retries),
		}
	}
	return map[string]any{}
}

// hasCopy is what a COPY or an ADD has.
func hasCopy(f *dockerfile.File, c *dockerfile.Copy) map[string]any {
	out := map[string]any{
		"from": latin1(c.From.Raw), "chown": latin1(c.Chown.Raw), "chmod": latin1(c.Chmod.Raw), "link": c.Link, "dest": c.Dest.Raw,
	}
	if c.Add {
		out["checksum"], out["keep"], out["unpack"] = latin1(c.Checksum.Raw), c.KeepGitDir, c.Unpack
	} else {
		out["parents"] = c.Parents
	}
	var excludes, sources, inline []string
	for _, e := range c.Excludes {
		excludes = append(excludes, latin1(e.Raw))
	}
	for _, s := range c.Sources {
		sources = append(sources, s.Raw)
	}
	for _, h := range c.Inline {
		inline = append(inline, h.Name+"\n"+h.Content(f.Syntax).Text())
	}
	out["excludes"], out["sources"], out["inline"] = excludes, sources, inline
	return out
}

// vars are the pairs as they are written.
func vars(i *dockerfile.Instruction) []string {
	var out []string
	for _, p := range i.Pairs {
		if p.HasValue {
			out = append(out, p.Name.Text()+"="+p.Value.Text())
		} else {
			out = append(out, p.Name.Text())
		}
	}
	return out
}

// line is words in a row.
func line(words []syntax.Word) string {
	var out []string
	for _, w := range words {
		out = append(out, w.Text())
	}
	return strings.Join(out, "\x00")
}

// latin1 spoils what is not ASCII as BuildKit does in flags: it takes each
// byte for a character of its own.
func latin1(s string) string {
	var out strings.Builder
	for _, b := range []byte(s) {
		out.WriteRune(rune(b))
	}
	return out.String()
}
