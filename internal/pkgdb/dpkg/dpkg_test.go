package dpkg

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

const status = `Package: libc6
Essential: no
Status: install ok installed
Priority: required
Section: libs
Architecture: amd64
Multi-Arch: same
Source: glibc (2.36-9)
Version: 2.36-9+deb12u4
Depends: libgcc-s1, libcrypt1 (>= 1:4.4.10-10~)
Recommends: libidn2-0 (>= 2.0.5~)
Provides: libc6-2.36 (= 1), x
Conffiles:
 /etc/ld so.conf d4e7a7b88a71b5ffd9e2644e71a0cfab
 /etc/old 0123456789abcdef0123456789abcdef obsolete
Description: GNU C Library
 Depends: nothing in a description counts
 .
 more

Package: gone
Status: deinstall ok config-files
Version: 1

Package: app
Status: hold ok unpacked
Version: 2
Pre-Depends: init:any | systemd [linux-any] <!nocheck>,
Depends: libc6 (>= 2),
 libc6:any
Architecture: all

Package: auto
Status: install ok installed
Version: 3
Architecture: all
`

func files(pairs ...string) map[string][]byte {
	m := map[string][]byte{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = []byte(pairs[i+1])
	}
	return m
}

func TestParse(t *testing.T) {
	tests := []struct {
		name     string
		files    map[string][]byte
		want     []inventory.Package
		unknowns []string
	}{
		{
			name: "Debian",
			files: files(StatusFile, status,
				InfoDir+"/libc6:amd64.list", "/.\n/lib\n/lib/x\n/etc\n/etc/ld so.conf\n/empty\n",
				InfoDir+"/app.list", "/usr/bin/app\n/usr/bin/app.old\n",
				InfoDir+"/auto.list", "",
				DiversionsFile, "/usr/bin/app\n/usr/bin/app.real\nother\n/usr/bin/app.old\n/x\napp\n",
				ExtendedStatesFile, "Package: auto\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: app\nArchitecture: amd64\nAuto-Installed: 0\n"),
			want: []inventory.Package{
				{
					Type: inventory.Dpkg, Name: "libc6", Version: "2.36-9+deb12u4", Architecture: "amd64", Source: "glibc", Section: "libs",
					Depends: []string{"libcrypt1", "libgcc-s1"}, Recommends: []string{"libidn2-0"}, Provides: []string{"libc6-2.36", "x"},
					Essential: true, Requested: true, Location: StatusFile,
					Conffiles: []string{"/etc/ld so.conf", "/etc/old"}, Files: []string{"/empty", "/etc/ld so.conf", "/lib/x"},
				},
				{
					Type: inventory.Dpkg, Name: "app", Version: "2", Architecture: "all", Source: "app",
					Depends: []string{"init", "libc6", "systemd"}, Requested: true, Location: StatusFile,
					Files: []string{"/usr/bin/app.old", "/usr/bin/app.real"},
				},
				{Type: inventory.Dpkg, Name: "auto", Version: "3", Architecture: "all", Source: "auto", Location: StatusFile},
			},
		},
		{
			name: "without dpkg",
			files: files(
				StatusDir+"/tzdata", "Package: tzdata\nVersion: 1\n",
				StatusDir+"/tzdata.md5sums", "00 usr/share/zone\n11  usr/share/with blank\n"),
			want: []inventory.Package{{
				Type: inventory.Dpkg, Name: "tzdata", Version: "1", Source: "tzdata", Requested: true, Location: StatusDir + "/tzdata",
				Files: []string{"/usr/share/with blank", "/usr/share/zone"},
			}},
		},
		{
			name: "malformed",
			files: files(StatusFile, " starts folded\nrubbish\nVersion: 1\n\nPackage: nov\n\nPackage: nolist\nVersion: 1\n",
				DiversionsFile, "a\nb\n"),
			want: []inventory.Package{{Type: inventory.Dpkg, Name: "nolist", Version: "1", Source: "nolist", Requested: true, Location: StatusFile}},
			unknowns: []string{
				"line 1: continues no field", "line 2: no field", "line 1: stanza without a Package field",
				"line 5: package nov without a Version field", "package nolist has no list of files in " + InfoDir,
				"number of lines is no multiple of three",
			},
		},
		{name: "nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, unknowns := Parse(tt.files)
			for i := range got {
				if len(got[i].Files) == 0 {
					got[i].Files = nil
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("packages (-want +got):\n%s", diff)
			}
			var reasons []string
			for _, u := range unknowns {
				reasons = append(reasons, u.Reason)
			}
			if diff := cmp.Diff(tt.unknowns, reasons); diff != "" {
				t.Errorf("unknowns (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(status), []byte("/.\n/a\n/a/b\n"), []byte("a\nb\nc\n"), []byte("Package: app\nAuto-Installed: 1\n"))
	f.Add([]byte("\x00: \n:\n\n\n"), []byte("//../x"), []byte("\n"), []byte(":"))
	f.Fuzz(func(t *testing.T, status, list, diversions, states []byte) {
		pkgs, _ := Parse(map[string][]byte{
			StatusFile: status, InfoDir + "/app.list": list, DiversionsFile: diversions, ExtendedStatesFile: states, StatusDir + "/x": status,
		})
		for _, p := range pkgs {
			if p.Name == "" || p.Version == "" || p.Location == "" {
				t.Errorf("nameless package: %+v", p)
			}
			if !slices.IsSorted(p.Files) || !slices.IsSorted(p.Depends) {
				t.Errorf("unsorted: %+v", p)
			}
			for _, f := range p.Files {
				if !strings.HasPrefix(f, "/") || filepath.ToSlash(filepath.Clean(f)) != f {
					t.Errorf("path %q is not absolute and clean", f)
				}
			}
		}
	})
}

// TestOracle compares what is read of this machine's own database with what
// dpkg-query says.
func TestOracle(t *testing.T) {
	query, err := exec.LookPath("dpkg-query")
	if err != nil {
		t.Skip("no dpkg-query on this machine")
	}
	files := map[string][]byte{}
	lists, err := filepath.Glob(InfoDir + "/*.list")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(lists, StatusFile, DiversionsFile) {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Skipf("dpkg's database can't be read: %v", err)
		}
		files[p] = data
	}
	got, unknowns := Parse(files)
	if len(unknowns) > 0 {
		t.Errorf("unknowns: %v", unknowns)
	}
	var lines []string
	for _, p := range got {
		lines = append(lines, strings.Join([]string{p.Name, p.Version, p.Architecture, p.Source, p.Section}, " "))
	}
	sort.Strings(lines)
	out, err := exec.Command(query, "-W", "-f", "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${Section}\n").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(out)) {
		if rest, ok := strings.CutPrefix(line, "installed "); ok {
			want = append(want, strings.TrimSuffix(rest, "\n"))
		}
	}
	sort.Strings(want)
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("packages (-dpkg-query +got):\n%s", diff)
	}
	owners(t, query, got)
}

// owners asks dpkg for the owner of a sample of files.
func owners(t *testing.T, query string, pkgs []inventory.Package) {
	for i := 0; i < len(pkgs); i += max(1, len(pkgs)/25) {
		p := &pkgs[i]
		if len(p.Files) == 0 {
			continue
		}
		file := p.Files[len(p.Files)/2]
		out, err := exec.Command(query, "-S", file).Output()
		if err != nil {
			t.Errorf("dpkg-query -S %s: %v", file, err)
			continue
		}
		if !bytes.Contains(out, []byte(p.Name)) {
			t.Errorf("%s: owner %s, dpkg-query says %s", file, p.Name, out)
		}
	}
}
