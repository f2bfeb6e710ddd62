package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/rule"
)

func TestContext(t *testing.T) {
	if c := (rule.Setup{}).Context(); c != nil {
		t.Fatalf("nothing is known, but the context is %v", c)
	}
	ignore := "*.log\ndist\n"
	c := rule.Setup{Ignore: &ignore, Files: map[string]string{
		"app.py": "12345", "a.log": "123", "src/b.py": "12", "src/deep/c.py": "1", "dist/x": "1234567",
	}}.Context()
	if text, ok := c.Ignore(); !ok || text != ignore {
		t.Errorf("the ignore file is %q, %t", text, ok)
	}
	if diff := cmp.Diff([]string{"a.log", "app.py", "dist", "src"}, c.List(".")); diff != "" {
		t.Errorf("names (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b.py", "deep"}, c.List("src/")); diff != "" {
		t.Errorf("names in src (-want +got)\n%s", diff)
	}
	tests := []struct {
		path    string
		info    rule.Info
		ok      bool
		ignored bool
	}{
		{".", rule.Info{Dir: true, Size: 8}, true, false},
		{"app.py", rule.Info{Size: 5}, true, false},
		{"./src/", rule.Info{Dir: true, Size: 3}, true, false},
		{"dist", rule.Info{Dir: true}, true, true},
		{"dist/x", rule.Info{Size: 7}, true, true},
		{"sr", rule.Info{Dir: true}, false, false},
	}
	for _, tt := range tests {
		info, ok := c.Stat(tt.path)
		if ok != tt.ok || ok && info != tt.info {
			t.Errorf("%s is %+v, %t", tt.path, info, ok)
		}
		if got := c.Ignored(tt.path); got != tt.ignored {
			t.Errorf("%s: ignored is %t", tt.path, got)
		}
	}
	if b, ok := c.Read("src/b.py"); !ok || string(b) != "12" {
		t.Errorf("Read gives %q, %t", b, ok)
	}
	if _, ok := c.Read("src"); ok {
		t.Error("Read reads a directory")
	}
}
