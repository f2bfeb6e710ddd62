package image

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// endings records the last bytes of files.
func endings(name string, wants func(p string, size int64, head []byte) bool) looker {
	return looker{name, wants, func(p string, r io.ReaderAt, size int64) ([]byte, error) {
		end := make([]byte, 3)
		_, err := r.ReadAt(end, size-3)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return end, err
	}}
}

func TestLookers(t *testing.T) {
	big := strings.Repeat("x", 100_000) + "end"
	data := archive(t, []item{
		dir("opt"),
		file("opt/a.jar", "PK content"),
		file("opt/big.jar", big),
		file("opt/b.txt", "text"),
		file("opt/bomb.jar", "PK boom"),
		file("opt/void.jar", "PK void"),
		file("opt/bad.jar", "PK bad"),
	})
	jar := func(p string, _ int64, _ []byte) bool { return strings.HasSuffix(p, ".jar") }
	panicky := looker{"panicky", jar, func(p string, r io.ReaderAt, size int64) ([]byte, error) {
		switch {
		case strings.Contains(p, "bomb"):
			panic("at the disco")
		case strings.Contains(p, "bad"):
			return nil, errors.New("jar not understood: no directory")
		}
		return nil, nil
	}}
	byHead := endings("heads", func(_ string, size int64, head []byte) bool {
		return bytes.HasPrefix(head, []byte("PK")) || int64(len(head)) < min(size, 4096)
	})
	got, err := scan(feedOf(t, bytes.NewReader(data)), 1, defaultLimits(), []looker{endings("jars", jar), panicky, byHead})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string][]byte{
		"jars": {
			"/opt/a.jar": []byte("ent"), "/opt/big.jar": []byte("end"), "/opt/bomb.jar": []byte("oom"),
			"/opt/void.jar": []byte("oid"), "/opt/bad.jar": []byte("bad"),
		},
		"heads": {
			"/opt/a.jar": []byte("ent"), "/opt/bomb.jar": []byte("oom"),
			"/opt/void.jar": []byte("oid"), "/opt/bad.jar": []byte("bad"),
		},
	}
	if diff := cmp.Diff(want, got.records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	unknowns := []inventory.Unknown{
		{Layer: 1, Path: "/opt/bomb.jar", Reason: "parser gave up: at the disco"},
		{Layer: 1, Path: "/opt/bad.jar", Reason: "jar not understood: no directory"},
	}
	if diff := cmp.Diff(unknowns, got.unknowns); diff != "" {
		t.Errorf("unknowns (-want +got):\n%s", diff)
	}
}

func TestLookersLimit(t *testing.T) {
	l := defaultLimits()
	l.captureBytes = 5
	all := endings("all", func(string, int64, []byte) bool { return true })
	got, err := scan(feedOf(t, bytes.NewReader(archive(t, []item{file("a", "aaaa"), file("b", "bbbb")}))), 0, l, []looker{all})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.records["all"]) != 1 || len(got.unknowns) != 1 || got.captured != 3 {
		t.Errorf("records %v, unknowns %v, captured %d; want one, one, 3", got.records, got.unknowns, got.captured)
	}
}
