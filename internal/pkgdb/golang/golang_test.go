package golang

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/internal/pkgdb/elfsection/elftest"
	"schlank/inventory"
)

// testdata holds records of programs that the Go toolchain built: a module
// with replaced dependencies, a program of a single file, the go command.
func TestParse(t *testing.T) {
	records := map[string][]byte{"/bad": []byte("mod\tx\n")}
	for p, file := range map[string]string{"/bin/app": "app.txt", "/opt/one": "one.txt", "/usr/local/go/bin/go": "go.txt"} {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		records[p] = data
	}
	in := func(program, name, version string) inventory.Package {
		return inventory.Package{Type: inventory.Go, Name: name, Version: version, Location: program, Inside: program}
	}
	main := func(program, name, version string, depends ...string) inventory.Package {
		return inventory.Package{
			Type: inventory.Go, Name: name, Version: version, Location: program,
			Requested: true, Files: []string{program}, Depends: depends,
		}
	}
	local := in("/bin/app", "example.com/local", "v0.1.0")
	local.Origin = "./local"
	want := []inventory.Package{
		main("/bin/app", "example.com/app", "(devel)", "example.com/local", "golang.org/x/text", "rsc.io/quote", "rsc.io/sampler", "stdlib"),
		in("/bin/app", "stdlib", "1.26.8"), local, in("/bin/app", "golang.org/x/text", "v0.14.0"),
		in("/bin/app", "rsc.io/quote", "v1.5.2"), in("/bin/app", "rsc.io/sampler", "v1.3.0"),
		main("/opt/one", "one", "", "stdlib"), in("/opt/one", "stdlib", "1.26.8"),
		main("/usr/local/go/bin/go", "cmd/go", "1.26.8", "stdlib"), in("/usr/local/go/bin/go", "stdlib", "1.26.8"),
	}
	got, unknowns := Parse(records)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
	if len(unknowns) != 1 || unknowns[0].Path != "/bad" {
		t.Errorf("unknowns: %v", unknowns)
	}
}

// TestExtract reads this very program, and compares with what the run-time
// system says of it.
func TestExtract(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("programs are no ELF files here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	record, err := Extract(f)
	if err != nil {
		t.Fatal(err)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Skip("this program has no build information")
	}
	pkgs, unknowns := Parse(map[string][]byte{self: record})
	if len(unknowns) > 0 {
		t.Errorf("unknowns: %v", unknowns)
	}
	for _, m := range info.Deps {
		if !slices.ContainsFunc(pkgs, func(p inventory.Package) bool { return p.Name == m.Path && p.Version == m.Version && p.Inside == self }) {
			t.Errorf("%s %s is missing", m.Path, m.Version)
		}
	}
	if len(pkgs) != len(info.Deps)+2 || !strings.HasPrefix(runtime.Version(), "go"+pkgs[1].Version) {
		t.Errorf("%d packages for %d modules; standard library %+v", len(pkgs), len(info.Deps), pkgs[1])
	}
}

func TestExtractOthers(t *testing.T) {
	if got, err := Extract(bytes.NewReader(elftest.File(".text", []byte("x")))); got != nil || err != nil {
		t.Errorf("a program of C: %q, %v", got, err)
	}
	if got, err := Extract(bytes.NewReader(elftest.File(section, []byte("\xff Go buildinf:")))); got != nil || err == nil {
		t.Errorf("cut off: %q, %v", got, err)
	}
}

// inline is build information as Go 1.18 and later store it: the strings
// follow a header of 32 bytes.
func inline(version, modules string) []byte {
	header := append([]byte("\xff Go buildinf:"), 8, 2)
	header = append(header, make([]byte, 32-len(header))...)
	mod := strings.Repeat("x", 16) + modules + strings.Repeat("x", 16)
	header = append(append(header, byte(len(version))), version...)
	return append(append(header, byte(len(mod)), 1), mod...)
}

func FuzzExtract(f *testing.F) {
	f.Add(elftest.File(section, inline("go1.22.1", "path\tx\nmod\tx\tv1.0.0\t\n")))
	f.Add(elftest.File(section, []byte("\xff Go buildinf:")))
	f.Fuzz(func(t *testing.T, file []byte) {
		record, err := Extract(bytes.NewReader(file))
		if err != nil || record == nil {
			return
		}
		if len(record) > maxInfo {
			t.Errorf("a record of %d bytes", len(record))
		}
		check(t, record)
	})
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(check)
}

// check holds what is true of the packages of any record.
func check(t *testing.T, record []byte) {
	pkgs, unknowns := Parse(map[string][]byte{"/p": record})
	if len(pkgs) == 0 && len(unknowns) == 0 {
		t.Error("a program vanished without a word")
	}
	for i, p := range pkgs {
		if p.Name == "" || (i == 0) != (p.Inside == "") || (i == 0) != (len(p.Files) == 1) || !slices.IsSorted(p.Depends) {
			t.Errorf("package %d: %+v", i, p)
		}
	}
}
