package shellcmd

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"schlank/source"
)

// TestCache: a script that is remembered is as one that is read, wherever it
// stands in the file now.
func TestCache(t *testing.T) {
	scripts := []string{
		"", "true", "a b 'c' \"d$e\" && f || g; h | i &",
		"A=1 B=\"$x\" sudo env C=2 apt-get install -y curl >/dev/null 2>&1",
		"if a; then b; else for c in d; do e; done; fi; (f; g) && { h; }",
		"bash -c 'a && sh -c \"b c\"; d'", "cat <<E > x\ntext $y\nE\nrm x", "a $(b `c`) && && d", "echo \"open", "A= B=(1 2) c", "'' \"\" >''",
	}
	same := cmp.Options{
		cmp.Exporter(func(reflect.Type) bool { return true }), cmpopts.IgnoreFields(Script{}, "tree"), cmpopts.EquateEmpty(),
	}
	for _, text := range scripts {
		var c Cache
		for _, before := range []string{"RUN ", "FROM a\nRUN ", "FROM abc\n# more\nRUN ", ""} {
			file := []byte(before + strings.ReplaceAll(text, "&& ", "&& \\\n  "))
			at := source.Span{Start: len(before), End: len(file)}
			m := source.Verbatim(file, at)
			if diff := cmp.Diff(Parse(m, "sh"), c.Parse(m, "sh"), same); diff != "" {
				t.Errorf("%q after %q (-read +remembered)\n%s", text, before, diff)
			}
		}
		if n := len(c.scripts); n != 1 {
			t.Errorf("%q: %d texts are remembered", text, n)
		}
	}
	var c Cache
	m := source.Verbatim([]byte("a"), source.Span{End: 1})
	if c.Parse(m, "sh") != c.Parse(m, "sh") || c.Parse(m, "sh") == c.Parse(m, "pwsh") {
		t.Error("the same script is read twice, or one for another shell is taken")
	}
	if (*Cache)(nil).Parse(m, "sh") == nil {
		t.Error("no cache does not read")
	}
}
