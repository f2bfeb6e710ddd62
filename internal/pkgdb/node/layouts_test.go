package node

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// linked makes a tree of files and links ("path -> target").
func linked(entries ...string) inventory.Tree {
	dirs := map[string]bool{"/": true}
	var t inventory.Tree
	for _, e := range entries {
		p, to, link := strings.Cut(e, " -> ")
		entry := inventory.Entry{Path: p, Kind: inventory.KindFile}
		if link {
			entry.Kind, entry.Link = inventory.KindSymlink, to
		}
		t = append(t, inventory.File{Entry: &entry})
		for i := range p {
			if i > 0 && p[i] == '/' {
				dirs[p[:i]] = true
			}
		}
	}
	for d := range dirs {
		t = append(t, inventory.File{Entry: &inventory.Entry{Path: d, Kind: inventory.KindDir}})
	}
	slices.SortFunc(t, func(a, b inventory.File) int { return inventory.ComparePaths(a.Path, b.Path) })
	return t
}

// lines describe packages: name, version, location, whether asked for, files.
func lines(pkgs []inventory.Package) []string {
	var out []string
	for _, p := range pkgs {
		line := p.Name + " " + p.Version + " " + p.Location
		if p.Requested {
			line += " asked"
		}
		if p.Inside != "" {
			line += " inside"
		}
		if p.Origin != "" {
			line += " from " + p.Origin
		}
		out = append(out, line+" "+fmt.Sprint(p.Files))
	}
	return out
}

// TestPnpm has the layout that `pnpm install` of two packages made.
func TestPnpm(t *testing.T) {
	const nm = "/app/node_modules/"
	debug, ms, is := nm+".pnpm/debug@4.3.4/node_modules/debug", nm+".pnpm/ms@2.1.2/node_modules/ms", nm+".pnpm/@sindresorhus+is@4.6.0/node_modules/@sindresorhus/is"
	tree := linked(
		nm+".modules.yaml", nm+".pnpm/lock.yaml", debug+"/package.json", debug+"/src/index.js", ms+"/package.json", is+"/package.json",
		nm+"debug -> .pnpm/debug@4.3.4/node_modules/debug", nm+".pnpm/debug@4.3.4/node_modules/ms -> ../../ms@2.1.2/node_modules/ms",
		nm+".pnpm/node_modules/ms -> ../ms@2.1.2/node_modules/ms",
		nm+"@sindresorhus/is -> ../.pnpm/@sindresorhus+is@4.6.0/node_modules/@sindresorhus/is",
	)
	files := map[string][]byte{
		"/app/package.json":     []byte(`{"name":"app","dependencies":{"debug":"4.3.4","@sindresorhus/is":"4.6.0"}}`),
		debug + "/package.json": []byte(`{"name":"debug","version":"4.3.4","dependencies":{"ms":"2.1.2"}}`),
		ms + "/package.json":    []byte(`{"name":"ms","version":"2.1.2"}`),
		is + "/package.json":    []byte(`{"name":"@sindresorhus/is","version":"4.6.0"}`),
	}
	got, unknowns := Parse(files, nil, tree)
	want := []string{
		"@sindresorhus/is 4.6.0 " + is + " asked [" + is + "/package.json " + nm + "@sindresorhus/is]",
		"debug 4.3.4 " + debug + " asked [" + debug + "/package.json " + debug + "/src/index.js " + nm + "debug]",
		"ms 2.1.2 " + ms + " [" + nm + ".pnpm/debug@4.3.4/node_modules/ms " + ms + "/package.json " + nm + ".pnpm/node_modules/ms]",
	}
	if diff := cmp.Diff(want, lines(got)); diff != "" || len(unknowns) > 0 {
		t.Errorf("unknowns %v, packages (-want +got):\n%s", unknowns, diff)
	}
}

func TestLinks(t *testing.T) {
	tree := linked(
		"/app/node_modules/acorn/bin/acorn", "/app/node_modules/.bin/acorn -> ../acorn/bin/acorn", "/app/node_modules/.bin/gone -> ../gone",
		"/app/node_modules/.bin/other -> /usr/bin/other", "/usr/bin/other",
		"/app/node_modules/lib -> ../packages/lib", "/app/packages/lib/index.js", "/app/node_modules/@me/lib -> ../../packages/lib",
		"/app/node_modules/bare -> ../packages", "/app/node_modules/file -> acorn/bin/acorn", "/app/node_modules/broken -> ../broken", "/app/broken/x",
	)
	files := map[string][]byte{
		"/app/package.json":                    []byte(`{"dependencies":{"@me/lib":"*"}}`),
		"/app/node_modules/acorn/package.json": []byte(`{"name":"acorn","version":"8"}`),
		"/app/packages/lib/package.json":       []byte(`{"version":"0.1"}`),
		"/app/broken/package.json":             []byte(`{`),
	}
	got, unknowns := Parse(files, nil, tree)
	want := []string{
		"acorn 8 /app/node_modules/acorn [/app/node_modules/.bin/acorn /app/node_modules/acorn/bin/acorn]",
		"@me/lib 0.1 /app/packages/lib asked from file:///app/packages/lib [/app/node_modules/@me/lib /app/node_modules/lib]",
	}
	if diff := cmp.Diff(want, lines(got)); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(unknowns) != 2 || unknowns[0].Path != "/app/packages/lib/package.json" || unknowns[1].Path != "/app/broken/package.json" {
		t.Errorf("unknowns: %v", unknowns)
	}
}

// zipOf makes an archive of names and contents.
func zipOf(pairs ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		out, _ := w.Create(pairs[i])
		out.Write([]byte(pairs[i+1]))
	}
	w.Close()
	return b.Bytes()
}

// TestPlugAndPlay reads an archive that yarn 4 made, and others.
func TestPlugAndPlay(t *testing.T) {
	ms, err := os.ReadFile("testdata/ms.zip")
	if err != nil {
		t.Fatal(err)
	}
	const cache = "/app/.yarn/cache/"
	records := map[string][]byte{}
	for p, data := range map[string][]byte{
		cache + "ms-npm-2.1.2-ec0c1512ff-a437714e2f.zip": ms,
		cache + "b-npm-1.0.0-0-0.zip":                    zipOf("node_modules/@s/b/package.json", `{"name":"@s/b","version":"1"}`, "node_modules/@s/b/node_modules/c/package.json", `{"name":"c"}`, "node_modules/@s/b/test/package.json", `{}`),
		cache + "empty-npm-1.0.0-0-0.zip":                zipOf("x", ""),
	} {
		rec, err := ExtractArchive(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		records[p] = rec
	}
	files := map[string][]byte{
		"/app/package.json": []byte(`{"dependencies":{"@s/b":"1"}}`),
		"/app/.yarn/unplugged/n-npm-1-0/node_modules/n/package.json": []byte(`{"name":"n","version":"1"}`),
	}
	got, unknowns := Parse(files, records, linked("/app/.yarn/unplugged/n-npm-1-0/node_modules/n/n.node"))
	want := []string{
		"n 1 /app/.yarn/unplugged/n-npm-1-0/node_modules/n [/app/.yarn/unplugged/n-npm-1-0/node_modules/n/n.node]",
		"@s/b 1 " + cache + "b-npm-1.0.0-0-0.zip!/node_modules/@s/b asked [" + cache + "b-npm-1.0.0-0-0.zip]",
		"c  " + cache + "b-npm-1.0.0-0-0.zip!/node_modules/@s/b/node_modules/c inside []",
		"ms 2.1.2 " + cache + "ms-npm-2.1.2-ec0c1512ff-a437714e2f.zip!/node_modules/ms [" + cache + "ms-npm-2.1.2-ec0c1512ff-a437714e2f.zip]",
	}
	if diff := cmp.Diff(want, lines(got)); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(unknowns) != 2 {
		t.Errorf("unknowns: %v", unknowns)
	}
	for p, want := range map[string]bool{
		cache + "a.zip": true, "/root/.yarn/berry/cache/a.zip": true, "/app/cache/a.zip": false, cache + "a.tgz": false,
	} {
		if got := WantsArchive(p); got != want {
			t.Errorf("WantsArchive(%q) = %v", p, got)
		}
	}
	for _, data := range []string{"rubbish", string(zipOf("node_modules/a/package.json", "{"))} {
		if rec, err := ExtractArchive(strings.NewReader(data), int64(len(data))); rec != nil || err == nil {
			t.Errorf("%.10q: %q, %v", data, rec, err)
		}
	}
}

func FuzzArchive(f *testing.F) {
	ms, err := os.ReadFile("testdata/ms.zip")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ms)
	f.Add(zipOf("node_modules/a/package.json", `{"name":"a"}`, "node_modules/a/node_modules/b/package.json", `7`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rec, err := ExtractArchive(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		const p = "/app/.yarn/cache/a.zip"
		pkgs, unknowns := Parse(nil, map[string][]byte{p: rec}, nil)
		if len(pkgs)+len(unknowns) == 0 {
			t.Error("an archive vanished without a word")
		}
		claims := 0
		for _, pkg := range pkgs {
			claims += len(pkg.Files)
			if pkg.Name == "" || (pkg.Inside == "") != (len(pkg.Files) == 1) {
				t.Errorf("package %+v", pkg)
			}
		}
		if claims > 1 {
			t.Errorf("%d packages claim the archive", claims)
		}
	})
}
