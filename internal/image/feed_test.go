package image

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// feedOf feeds an archive as it is.
func feedOf(t testing.TB, r io.Reader) *feed {
	t.Helper()
	count := &countReader{r: r}
	f := newFeed(readFiller{count}, 0, 1<<50, count.count)
	t.Cleanup(f.Close)
	return f
}

// TestPull holds that the stored bytes of entries sum to those of the layer,
// and that what compresses badly has most of them.
func TestPull(t *testing.T) {
	noise := benchNoise(310_000)
	plain := archive(t, []item{
		dir("a"), file("a/zeros", string(make([]byte, 300_000))), file("a/noise", noise), file("a/more", noise[:1000]),
	})
	for _, compression := range []string{plainTar, gzipped, zstded} {
		stored := packBytes(t, plain, compression)
		b := blob{open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(stored)), nil }}
		var got *scanned
		if _, err := b.read(t.Context(), 1<<30, func(f *feed) (err error) {
			got, err = scan(f, 0, defaultLimits(), nil)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var sum, most int64
		name := ""
		for _, e := range unpackedEntries(t, got) {
			if sum += e.Pull; e.Pull > most {
				most, name = e.Pull, e.Path
			}
		}
		if rest := int64(len(stored)) - sum; rest < 0 || rest > 2000 {
			t.Errorf("%q: entries sum to %d of %d bytes", compression, sum, len(stored))
		}
		if name != "/a/noise" {
			t.Errorf("%q: %s has most stored bytes: %d", compression, name, most)
		}
	}
}

// TestFeedLimit holds that a feed ends with an error, and stays with it.
func TestFeedLimit(t *testing.T) {
	r := &countReader{r: bytes.NewReader(make([]byte, 1<<20))}
	f := newFeed(readFiller{r}, 0, 500_000, r.count)
	defer f.Close()
	n, err := io.Copy(io.Discard, f)
	_, again := f.Read(make([]byte, 1))
	if diff := cmp.Diff([]any{err, again}, []any{errTooLarge, errTooLarge}, cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" || n > 500_000 {
		t.Errorf("read %d bytes, errors (-got +want):\n%s", n, diff)
	}
}
