package embedded

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	first, err := acquire(context.Background(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	var notice bytes.Buffer
	_, err = acquire(ctx, name, &notice)
	me := fmt.Sprintf("process %d", os.Getpid())
	if err == nil || !strings.Contains(err.Error(), me) || !strings.Contains(notice.String(), me) {
		t.Errorf("error is %v, notice %q; want %q in both", err, notice.String(), me)
	}
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	again, err := acquire(context.Background(), name, &notice)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.release(); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(name); err != nil || len(b) > 0 {
		t.Errorf("a released lock still names %q, %v", b, err)
	}
}

func TestFindRange(t *testing.T) {
	tests := []struct {
		name, file string
		want       idRange
		ok         bool
	}{
		{"by name", "root:1:65536\nme:100000:65536\n", idRange{100000, 65536}, true},
		{"by number", "1000:200000:70000\n", idRange{200000, 70000}, true},
		{"second range is large enough", "me:1:10\nme:300000:65536\n", idRange{300000, 65536}, true},
		{"too small", "me:1:65535\n", idRange{}, false},
		{"others only", "you:1:65536\n", idRange{}, false},
		{"malformed", "me\nme:x:65536\nme:1\n#me:1:65536\n", idRange{}, false},
		{"empty", "", idRange{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := findRange(strings.NewReader(tt.file), []string{"1000", "me"})
			if got != tt.want || ok != tt.ok {
				t.Errorf("range is %v, %v; want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestUnescapeOctal(t *testing.T) {
	for in, want := range map[string]string{
		`/plain`: "/plain", `/a\040b`: "/a b", `/a\011b\012c`: "/a\tb\nc", `/a\134040`: `/a\040`,
	} {
		if got := unescapeOctal(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
