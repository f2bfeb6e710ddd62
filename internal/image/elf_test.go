package image

import (
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"schlank/inventory"
)

// TestELFAgainstReadelf compares the facts of this machine's programs and
// libraries with what binutils reads.
func TestELFAgainstReadelf(t *testing.T) {
	readelf, err := exec.LookPath("readelf")
	if err != nil {
		t.Skip("no readelf on this machine")
	}
	var files []string
	for _, pattern := range []string{"/usr/bin/[a-g]*", "/usr/lib/*/lib[a-d]*.so*", "/lib64/ld-*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	entry := regexp.MustCompile(`\((NEEDED|SONAME|RPATH|RUNPATH)\).*\[(.*)\]`)
	interp := regexp.MustCompile(`program interpreter: (.*)\]`)
	checked := 0
	for _, p := range files {
		if checked == 60 {
			break
		}
		data, err := os.ReadFile(p)
		if err != nil || !bytes.HasPrefix(data, []byte("\x7fELF")) {
			continue
		}
		got, err := readELF(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		out, err := exec.Command(readelf, "-dlSW", p).Output()
		if err != nil {
			continue
		}
		want := &inventory.ELF{Executable: strings.HasPrefix(p, "/usr/bin/")}
		for _, section := range strings.Fields(string(out)) {
			want.Symbols = want.Symbols || section == ".symtab"
			want.Debug = want.Debug || section == ".debug_info"
		}
		for _, m := range entry.FindAllStringSubmatch(string(out), -1) {
			switch m[1] {
			case "NEEDED":
				want.Needed = append(want.Needed, m[2])
			case "SONAME":
				want.Soname = m[2]
			case "RPATH":
				want.RPath = strings.Split(m[2], ":")
			case "RUNPATH":
				want.RunPath = strings.Split(m[2], ":")
			}
		}
		if m := interp.FindStringSubmatch(string(out)); m != nil {
			want.Interp = m[1]
		}
		if got.Soname != want.Soname || got.Interp != want.Interp || !slices.Equal(got.Needed, want.Needed) ||
			!slices.Equal(got.RPath, want.RPath) || !slices.Equal(got.RunPath, want.RunPath) ||
			got.Executable != want.Executable || got.Symbols != want.Symbols || got.Debug != want.Debug || got.Detached {
			t.Errorf("%s: %+v, readelf says %+v", p, got, want)
		}
		checked++
	}
	if checked == 0 {
		t.Skip("no ELF files on this machine")
	}
}

func TestELFKinds(t *testing.T) {
	if _, err := readELF(strings.NewReader("\x7fELF")); err == nil {
		t.Error("four bytes are an ELF file")
	}
	object := make([]byte, 64)
	copy(object, "\x7fELF\x02\x01\x01")
	object[16], object[18], object[20] = byte(elf.ET_REL), byte(elf.EM_X86_64), 1
	object[52], object[58] = 64, 64
	if facts, err := readELF(bytes.NewReader(object)); facts != nil || err != nil {
		t.Errorf("relocatable object: %+v, %v", facts, err)
	}
}

func TestSpool(t *testing.T) {
	var s spool
	defer s.Close()
	chunk := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	for _, n := range []int{1, 3, 12, 2} {                   // below and above what stays in memory
		s.Reset()
		for range n {
			if _, err := s.Write(chunk); err != nil {
				t.Fatal(err)
			}
		}
		all, err := io.ReadAll(io.NewSectionReader(&s, 0, 1<<30))
		if err != nil || !bytes.Equal(all, bytes.Repeat(chunk, n)) {
			t.Errorf("%d MiB: read %d bytes, %v", n, len(all), err)
		}
		if _, err := s.ReadAt(make([]byte, 1), int64(n)<<20); !errors.Is(err, io.EOF) {
			t.Errorf("read behind the end: %v", err)
		}
	}
	name := s.file.Name()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Error("the temporary file is still there")
	}
}

// TestELFDetached splits a program as packages of debug symbols are made.
func TestELFDetached(t *testing.T) {
	objcopy, err := exec.LookPath("objcopy")
	if err != nil {
		t.Skip("no objcopy on this machine")
	}
	out := filepath.Join(t.TempDir(), "ls.debug")
	if msg, err := exec.Command(objcopy, "--only-keep-debug", "/bin/ls", out).CombinedOutput(); err != nil {
		t.Skipf("objcopy: %s", msg)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := readELF(bytes.NewReader(data))
	if err != nil || !facts.Detached || facts.Executable || facts.Needed != nil || facts.Static() {
		t.Errorf("%+v, %v; want a detached file", facts, err)
	}
}
