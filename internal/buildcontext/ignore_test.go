package buildcontext

import "testing"

func TestIgnore(t *testing.T) {
	i, err := ParseIgnore("# comment\n*.log\nnode_modules\n/build\n!build/keep\n**/tmp\n")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"a.log": true, "deep/a.log": false, "node_modules": true, "node_modules/x/y": true, "src/node_modules": false,
		"build": true, "build/x": true, "build/keep": false, "a/b/tmp": true, ".": false, "": false, "src": false,
	} {
		if got := i.Ignored(path); got != want {
			t.Errorf("%q: ignored is %t", path, got)
		}
	}
	if (Ignore{}).Ignored("x") {
		t.Error("the zero value leaves something out")
	}
	if _, err := ParseIgnore("[\n"); err == nil {
		t.Error("a wrong pattern gave no error")
	}
}
