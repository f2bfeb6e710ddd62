package inventory

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// so makes a shared library or a program.
func so(p string, e ELF) File {
	if e.Class == "" {
		e.Class = "64"
	}
	if e.Machine == "" {
		e.Machine = "x86_64"
	}
	return File{Entry: &Entry{Path: p, Kind: KindFile, ELF: &e}, Owner: -1}
}

func ln(p, to string) File {
	return File{Entry: &Entry{Path: p, Kind: KindSymlink, Link: to}, Owner: -1}
}

// treeOf sorts files and adds their directories.
func treeOf(files ...File) Tree {
	t := Tree(files)
	dirs := map[string]bool{"/": true}
	for _, f := range files {
		for i := 1; i < len(f.Path); i++ {
			if f.Path[i] == '/' {
				dirs[f.Path[:i]] = true
			}
		}
	}
	for d := range dirs {
		t = append(t, File{Entry: &Entry{Path: d, Kind: KindDir}, Owner: -1})
	}
	slices.SortFunc(t, func(a, b File) int { return ComparePaths(a.Path, b.Path) })
	return t
}

func TestClosure(t *testing.T) {
	const lib = "/usr/lib/x86_64-linux-gnu/"
	tests := []struct {
		name    string
		tree    Tree
		dirs    []string
		paths   []string
		want    []string // "path" or "path < link < link"
		missing []MissingLibrary
	}{
		{
			name: "merged usr, links and interpreter",
			tree: treeOf(
				ln("/lib", "usr/lib"), ln("/lib64", "usr/lib64"), ln("/usr/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
				so(lib+"ld-linux-x86-64.so.2", ELF{}),
				so(lib+"libc.so.6", ELF{Needed: []string{"ld-linux-x86-64.so.2"}}),
				ln(lib+"libz.so.1", "libz.so.1.2"), so(lib+"libz.so.1.2", ELF{Needed: []string{"libc.so.6"}}),
				so("/usr/bin/prog", ELF{Interp: "/lib64/ld-linux-x86-64.so.2", Needed: []string{"libz.so.1", "libc.so.6"}}),
			),
			paths: []string{"/usr/bin/prog", "/nowhere", "/usr"},
			want: []string{
				lib + "ld-linux-x86-64.so.2 < /lib64 < /usr/lib64/ld-linux-x86-64.so.2 < /lib",
				lib + "libz.so.1.2 < /lib < " + lib + "libz.so.1",
				lib + "libc.so.6 < /lib",
			},
		},
		{
			name: "wrong class and machine are passed over",
			tree: treeOf(
				so("/lib/x86_64-linux-gnu/liba.so", ELF{Class: "32", Machine: "386"}),
				so("/lib/liba.so", ELF{Machine: "aarch64"}),
				so("/usr/lib/liba.so", ELF{}),
				so("/p", ELF{Needed: []string{"liba.so"}}),
			),
			paths: []string{"/p"},
			want:  []string{"/usr/lib/liba.so"},
		},
		{
			name: "RPATH is inherited, RUNPATH is not",
			tree: treeOf(
				so("/app/bin/p", ELF{Needed: []string{"liba.so"}, RPath: []string{"$ORIGIN/../lib"}}),
				so("/app/lib/liba.so", ELF{Needed: []string{"libb.so"}}),
				so("/app/lib/libb.so", ELF{}),
				so("/run/bin/p", ELF{Needed: []string{"libc.so"}, RunPath: []string{"${ORIGIN}/../lib"}}),
				so("/run/lib/libc.so", ELF{Needed: []string{"libd.so"}}),
				so("/run/lib/libd.so", ELF{}),
			),
			paths:   []string{"/app/bin/p", "/run/bin/p"},
			want:    []string{"/app/lib/liba.so", "/run/lib/libc.so", "/app/lib/libb.so"},
			missing: []MissingLibrary{{By: "/run/lib/libc.so", Soname: "libd.so"}},
		},
		{
			name: "RUNPATH makes RPATH void",
			tree: treeOf(
				so("/p", ELF{Needed: []string{"liba.so"}, RPath: []string{"/r"}, RunPath: []string{"/n"}}),
				so("/r/liba.so", ELF{}),
			),
			paths:   []string{"/p"},
			missing: []MissingLibrary{{By: "/p", Soname: "liba.so"}},
		},
		{
			name: "origin is that of the file, not of the link",
			tree: treeOf(
				ln("/usr/bin/p", "../../opt/x/bin/p"),
				so("/opt/x/bin/p", ELF{Needed: []string{"liba.so"}, RunPath: []string{"$ORIGIN/../lib"}}),
				so("/opt/x/lib/liba.so", ELF{}),
			),
			paths: []string{"/usr/bin/p"},
			want:  []string{"/opt/x/lib/liba.so"},
		},
		{
			name: "configured directories come before the defaults, paths are taken as they are",
			tree: treeOf(
				so("/p", ELF{Needed: []string{"liba.so", "/odd/libb.so"}}),
				so("/conf/liba.so", ELF{}), so("/usr/lib/liba.so", ELF{}), so("/odd/libb.so", ELF{}),
			),
			dirs:  []string{"/conf"},
			paths: []string{"/p"},
			want:  []string{"/conf/liba.so", "/odd/libb.so"},
		},
		{
			name: "what is loaded already is not missing",
			tree: treeOf(
				so("/p", ELF{Needed: []string{"libplugin.so", "liba.so"}, RunPath: []string{"/opt"}}),
				so("/opt/libplugin.so", ELF{Needed: []string{"liba.so"}}),
				so("/opt/liba.so", ELF{}),
			),
			paths: []string{"/p"},
			want:  []string{"/opt/libplugin.so", "/opt/liba.so"},
		},
		{
			name: "musl, a circle, and an interpreter that is missing",
			tree: treeOf(
				so("/bin/p", ELF{Interp: "/lib/ld-musl-x86_64.so.1", Needed: []string{"libc.musl-x86_64.so.1", "liba.so"}}),
				ln("/lib/libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1"), so("/lib/ld-musl-x86_64.so.1", ELF{}),
				so("/usr/lib/liba.so", ELF{Needed: []string{"libb.so"}}), so("/usr/lib/libb.so", ELF{Needed: []string{"liba.so"}}),
				so("/bin/q", ELF{Interp: "/lib64/gone.so"}),
			),
			paths:   []string{"/bin/p", "/bin/q"},
			want:    []string{"/lib/ld-musl-x86_64.so.1 < /lib/libc.musl-x86_64.so.1", "/usr/lib/liba.so", "/usr/lib/libb.so"},
			missing: []MissingLibrary{{By: "/bin/q", Soname: "/lib64/gone.so"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			libs, missing := NewLoader(tt.tree, tt.dirs).Closure(tt.paths)
			var got []string
			for _, lib := range libs {
				line := lib.File.Path
				for _, l := range lib.Links {
					line += " < " + l.Path
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("libraries (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.missing, missing); diff != "" && len(tt.missing)+len(missing) > 0 {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestImageLoader(t *testing.T) {
	img := &Image{
		Tree: treeOf(
			so("/p", ELF{Needed: []string{"liba.so", "libb.so", "libc.so"}, RunPath: []string{"/run"}}),
			so("/env/liba.so", ELF{}), so("/run/liba.so", ELF{}), so("/conf/libb.so", ELF{}), so("/run/libc.so", ELF{}),
		),
		LoaderDirs: []string{"/conf"},
		Config:     Config{Env: []string{"A=b", "LD_LIBRARY_PATH=/nowhere::/env"}},
	}
	libs, missing := img.Loader().Closure([]string{"/p"})
	var got []string
	for _, l := range libs {
		got = append(got, l.File.Path)
	}
	if want := []string{"/env/liba.so", "/conf/libb.so", "/run/libc.so"}; !slices.Equal(got, want) || len(missing) > 0 {
		t.Errorf("libraries %v, missing %v, want %v", got, missing, want)
	}
}

func TestELFFacts(t *testing.T) {
	tests := []struct {
		name   string
		elf    ELF
		static bool
		libc   string
	}{
		{"static program", ELF{Executable: true}, true, ""},
		{"program", ELF{Executable: true, Interp: "/lib64/ld-linux-x86-64.so.2", Needed: []string{"libc.so.6"}}, false, "glibc"},
		{"library", ELF{Needed: []string{"libm.so.6", "libc.so.6"}}, false, "glibc"},
		{"of Alpine", ELF{Executable: true, Interp: "/lib/ld-musl-aarch64.so.1"}, false, "musl"},
		{"library of Alpine", ELF{Needed: []string{"libc.musl-x86_64.so.1"}}, false, "musl"},
		{"libc itself", ELF{}, false, ""},
		{"debug symbols", ELF{Detached: true, Debug: true}, false, ""},
		{"big-endian", ELF{Needed: []string{"ld64.so.2"}}, false, "glibc"},
	}
	for _, tt := range tests {
		if got := tt.elf.Static(); got != tt.static {
			t.Errorf("%s: Static is %v", tt.name, got)
		}
		if got := tt.elf.LibC(); got != tt.libc {
			t.Errorf("%s: LibC is %q, want %q", tt.name, got, tt.libc)
		}
	}
}
