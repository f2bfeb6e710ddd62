package sqlitefile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
)

// things is a database that SQLite made: small pages, so that its table is a
// tree of some height and most rows spill over into chains of pages.
func things(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open("testdata/things.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRows(t *testing.T) {
	data := things(t)
	db, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var count, length, sum, last int64
	last = -6
	err = db.Rows("things", func(key int64, c []Value) error {
		i := key / 7
		if key < 0 {
			i = 0
		}
		if key <= last {
			t.Errorf("key %d after %d", key, last)
		}
		last = key
		if want := fmt.Sprintf("name-%d", i); i > 0 && (string(c[1].Data) != want || c[3].Int != (i-150)*i*i*i*i || int64(len(c[2].Data)) != i*i%3000) {
			t.Errorf("row %d: %q, %d, %d bytes", key, c[1].Data, c[3].Int, len(c[2].Data))
		}
		count, length, sum = count+1, length+int64(len(c[2].Data)), sum+c[3].Int
		return nil
	})
	// What SQLite itself says of the table.
	const wantCount, wantLength, wantSum = 301, 405050, 49209524994000
	if err != nil || count != wantCount || length != wantLength || sum != wantSum {
		t.Errorf("%d rows, %d bytes, sum %d, %v", count, length, sum, err)
	}
	if err := db.Rows("nothing", func(int64, []Value) error { return errors.New("a row") }); err != nil {
		t.Errorf("a table that is not there: %v", err)
	}
	stop := errors.New("enough")
	if err := db.Rows("Things", func(int64, []Value) error { return stop }); err != stop {
		t.Errorf("stopped: %v", err)
	}
}

func TestBroken(t *testing.T) {
	good := things(t)
	circle := bytes.Clone(good)
	// The first page's tree leads to itself.
	circle[100] = interior
	copy(circle[108:], []byte{0, 0, 0, 1})
	for name, data := range map[string][]byte{
		"nothing": nil, "text": bytes.Repeat([]byte("text"), 100), "cut off": good[:1000], "circle": circle,
	} {
		db, err := Open(bytes.NewReader(data), int64(len(data)))
		if err == nil {
			err = db.Rows("Things", func(int64, []Value) error { return nil })
		}
		if !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	utf16 := bytes.Clone(good)
	utf16[59] = 2
	if _, err := Open(bytes.NewReader(utf16), int64(len(utf16))); err == nil {
		t.Error("UTF-16 is read")
	}
}

func TestVarint(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want int64
		n    int
	}{
		{"\x00", 0, 1}, {"\x7f", 127, 1}, {"\x81\x00", 128, 2}, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff", -1, 9}, {"\x81", 0, 0}, {"", 0, 0},
	} {
		if got, n := varint([]byte(tt.in)); got != tt.want || n != tt.n {
			t.Errorf("%x is %d in %d bytes, want %d in %d", tt.in, got, n, tt.want, tt.n)
		}
	}
}

func FuzzRows(f *testing.F) {
	data := things(f)
	f.Add(data[:8192])
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		db, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		rows := 0
		_ = db.Rows("Things", func(_ int64, c []Value) error {
			rows++
			for _, v := range c {
				if len(v.Data) > len(data) {
					t.Errorf("a value of %d bytes in a file of %d", len(v.Data), len(data))
				}
			}
			return nil
		})
		if rows > len(data) {
			t.Errorf("%d rows in %d bytes", rows, len(data))
		}
	})
}
