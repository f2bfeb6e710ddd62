package restage

import (
	"bytes"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/rogpeppe/go-internal/txtar"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/siblings"
	"schlank/source"
)

// oddNames seed the targets about quoting.
var oddNames = []string{
	"/a", "/a b", "/it's", `/q"x`, "/$HOME", "/${x:-y}", `/b\s`, "/[ab]*?", `/*\b`, "/#c", "/<<EOF", "/a\nRUN x", "/`x`", "/~", "/a,b", "--x", "/é", "/a\u2028b",
}

// FuzzCopyWords writes a file name into a COPY and lets BuildKit read it: the
// pattern it arrives at matches the name, the directory is the directory.
func FuzzCopyWords(f *testing.F) {
	for _, n := range oddNames {
		f.Add(n, n, false)
		f.Add(n, "/x", true)
	}
	f.Fuzz(func(t *testing.T, name, dir string, backtick bool) {
		name, dir = path.Clean("/"+name), path.Clean("/"+dir)+"/"
		head := "# escape=\\\n"
		if backtick {
			head = "# escape=`\n"
		}
		head += "FROM a AS build\nFROM b\n"
		file := dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(head)})
		w := newWriter(Input{File: file, Stage: file.Stages[1]})
		if err := w.copy("COPY --from=build", []string{name, "/plain"}, dir); err != nil {
			if !errors.Is(err, ErrNoRewrite) || writable(name) && writable(dir) {
				t.Fatal(err)
			}
			return
		}
		result, err := parser.Parse(strings.NewReader(head + w.b.String()))
		if err != nil {
			t.Fatalf("%v in %q", err, w.b.String())
		}
		stages, _, err := instructions.Parse(result.AST, linter.New(&linter.Config{}))
		if err != nil || len(stages) != 2 || len(stages[1].Commands) != 1 {
			t.Fatalf("%v, %d stages in %q", err, len(stages), w.b.String())
		}
		c, ok := stages[1].Commands[0].(*instructions.CopyCommand)
		if !ok || len(c.SourcePaths) != 2 || len(c.SourceContents) != 0 {
			t.Fatalf("%q is read as %#v", w.b.String(), stages[1].Commands[0])
		}
		lex := shell.NewLex(result.EscapeToken)
		pattern, _, err := lex.ProcessWord(c.SourcePaths[0], shell.EnvsFromSlice(nil))
		if err != nil {
			t.Fatalf("%v in %q", err, w.b.String())
		}
		if ok, err := matches(pattern, name); err != nil || !ok {
			t.Errorf("%q becomes the pattern %q (%v)", name, pattern, err)
		}
		if got, _, err := lex.ProcessWord(c.DestPath, shell.EnvsFromSlice(nil)); err != nil || got != dir {
			t.Errorf("the destination %q becomes %q (%v)", dir, got, err)
		}
	})
}

// matches is how BuildKit looks for a source: as a pattern if a wildcard is in
// it that no backslash escapes.
func matches(pattern, name string) (bool, error) {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '*', '?', '[':
			return path.Match(pattern, name)
		}
	}
	return pattern == name, nil
}

// FuzzQuote takes values through the shell and through ENV and back.
func FuzzQuote(f *testing.F) {
	for _, n := range oddNames {
		f.Add(n, false)
		f.Add(n, true)
	}
	f.Fuzz(func(t *testing.T, s string, backtick bool) {
		if !writable(s) {
			t.Skip()
		}
		text := []byte("ls " + shellQuote(s))
		script := shellcmd.Parse(source.Verbatim(text, source.Span{End: len(text)}), "sh")
		if len(script.Problems) > 0 || len(script.Commands) != 1 || len(script.Commands[0].Words) != 2 || script.Commands[0].Words[1].Value != s {
			t.Errorf("%q is for the shell %q: %+v", s, text, script.Commands)
		}
		escape, head := byte('\\'), ""
		if backtick {
			escape, head = '`', "# escape=`\n"
		}
		file := dockerfile.Parse(source.File{Bytes: []byte(head + "FROM x\nENV A=" + envQuote(s, escape) + " B=1\n")})
		env := file.Stages[0].End.Env
		if got, _ := env.Get("A"); got != s || len(env.Image()) != 2 {
			t.Errorf("%q is in ENV %q: %q", s, envQuote(s, escape), got)
		}
		if strings.TrimSpace(s) == s && s != "" {
			file := dockerfile.Parse(source.File{Bytes: []byte(head + "FROM scratch\nWORKDIR /" + literal(s, escape) + "\n")})
			if got, want := file.Stages[0].End.Workdir, path.Clean("/"+s); got != want {
				t.Errorf("%q is as WORKDIR %q", want, got)
			}
		}
		words := strings.Split(s, " ")
		run := dockerfile.Parse(source.File{Bytes: []byte("FROM x\nCMD " + jsonWords(words) + "\n")})
		cmd, ok := run.Stages[0].Instructions[0].Command.(*dockerfile.Cmd)
		if !ok || !cmd.JSON || !slices.Equal(cmd.Args, words) {
			t.Errorf("%q is in JSON %s", words, jsonWords(words))
		}
	})
}

// FuzzAccounts reads user databases of hostile images.
func FuzzAccounts(f *testing.F) {
	f.Add([]byte(passwd), []byte(groupFile))
	f.Add([]byte("a;rm -rf /:x:1:1::/:/bin/sh\n-o:x:2:2::/:/\nb:x:-1:99999999999::/:/\nweb:x:7:7::/h\ne:/s\n"), []byte("x:x:1:web,$(x)\n"))
	f.Fuzz(func(t *testing.T, users, grps []byte) {
		db := &userDatabase{users: accounts(users), groups: groups(grps)}
		for _, a := range db.users {
			var cmds []string
			if err := db.addUser(a, &cmds); err != nil && !errors.Is(err, ErrNoRewrite) {
				t.Fatal(err)
			}
			for _, c := range cmds {
				text := []byte(c)
				script := shellcmd.Parse(source.Verbatim(text, source.Span{End: len(text)}), "sh")
				if len(script.Commands) != 1 || !writable(c) || script.Commands[0].Name != "useradd" && script.Commands[0].Name != "groupadd" {
					t.Fatalf("%q", c)
				}
			}
		}
	})
}

// FuzzRewrite rewrites any Dockerfile: what comes out is a Dockerfile to both
// parsers, holds all comments, and is the same each time.
func FuzzRewrite(f *testing.F) {
	names, err := filepath.Glob("testdata/rewrite/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(a.Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || len(text) > 4096 {
			t.Skip()
		}
		file := dockerfile.Parse(source.File{Bytes: []byte(text)})
		if w, ok := finding.Worst(file.Findings); ok && w == finding.Error || len(file.Stages) == 0 || buildKit([]byte(text)) != nil {
			t.Skip()
		}
		if _, err := siblings.Find(file.Stages[len(file.Stages)-1].Base.Text, "bookworm"); err != nil {
			t.Skip()
		}
		a := &txtar.Archive{Files: []txtar.File{
			{Name: "Dockerfile", Data: []byte(text)},
			{Name: "context/requirements.txt", Data: []byte("flask\n")}, {Name: "context/tests/test_a.py"}, {Name: "context/app.py"},
			{Name: "image", Data: []byte("/opt/made/it 5\n/opt/made/link -> it\n")},
		}}
		m := newModel(t, a)
		for i := range m.in.Image.Tree {
			if under(m.in.Image.Tree[i].Path, "/opt") {
				m.in.Image.Tree[i].Layer = len(m.in.Image.Layers) - 1
			}
		}
		for _, way := range Ways() {
			c, err := way.Rewrite(m.in)
			if errors.Is(err, ErrNoRewrite) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			checkText(t, m.in, c)
			if again, err := way.Rewrite(m.in); err != nil || !bytes.Equal(again.Text, c.Text) {
				t.Errorf("another result the second time: %v", err)
			}
		}
	})
}
