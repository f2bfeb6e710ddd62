package attribute_test

import (
	"strings"
	"testing"

	"schlank/attribute"
	"schlank/inventory"
)

// FuzzHistory: whatever an image's history says and whatever Dockerfile is
// given with it, each layer has an origin, lines are of the file, and the sums
// hold.
func FuzzHistory(f *testing.F) {
	f.Add("RUN |1 WHERE=/srv /bin/sh -c apt-get install gcc # buildkit", twoStages)
	f.Add("/bin/sh -c #(nop) COPY dir:2 in /app ", shopDockerfile)
	f.Add("COPY --chown=1:1 . . # buildkit", "FROM x\nCOPY $A $B\nRUN <<E\nx\nE\n")
	f.Add("RUN --", "FROM")
	f.Fuzz(func(t *testing.T, history, text string) {
		entry := inventory.Entry{Path: "/a", Kind: inventory.KindFile, Size: 3}
		img := &inventory.Image{Tree: inventory.Tree{{Entry: &entry, Owner: -1}}}
		for _, by := range append(strings.Split(history, "\n"), history) {
			img.Layers = append(img.Layers, inventory.Layer{CreatedBy: by})
		}
		img.Layers[0] = inventory.Layer{CreatedBy: history, Entries: []inventory.Entry{entry}, ContentBytes: 3, CompressedBytes: 2}
		df := parse(text)
		origins := attribute.FromDockerfile(img, df, "")
		if len(origins) != len(img.Layers) {
			t.Fatalf("%d origins of %d layers", len(origins), len(img.Layers))
		}
		last := 0
		for _, o := range origins {
			if o.FirstLine > 0 && (o.FirstLine <= last && len(df.Stages) == 1 || o.LastLine < o.FirstLine || o.LastLine > strings.Count(text, "\n")+1) {
				t.Errorf("lines %d to %d after %d", o.FirstLine, o.LastLine, last)
			}
			last = max(last, o.FirstLine)
			_ = o.String()
		}
		a := attribute.Image(img, attribute.Options{Dockerfile: df, Origins: origins})
		check(t, img, a)
		checkFixes(t, a)
	})
}

// FuzzDiveRules: a rule is applied, or is an error that names it.
func FuzzDiveRules(f *testing.F) {
	for _, s := range []string{"0.9", "20MB", "disabled", "1,5 GiB", "NaN", "-1", "", "9e99", "1e400"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range []attribute.DiveRules{{LowestEfficiency: s}, {HighestWastedBytes: s}, {HighestUserWastedPercent: s}} {
			res, err := r.Check(attribute.DiveFigures{Efficiency: 1})
			if err != nil && !strings.HasPrefix(err.Error(), "rule ") || err == nil && len(res) != 3 {
				t.Errorf("%q: %v %v", s, res, err)
			}
		}
	})
}
