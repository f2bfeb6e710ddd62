package gunzip

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	kgzip "github.com/klauspost/compress/gzip"
)

// decode decompresses with buffers of size bytes.
func decode(r io.Reader, size int) ([]byte, error) {
	d := NewDecoder(r)
	buf := make([]byte, size)
	var out []byte
	at := 0
	for {
		end, err := d.Decode(buf, at)
		out = append(out, buf[at:end]...)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		at = copy(buf, buf[max(0, end-Window):end])
	}
}

// contents are of all kinds that make compressors behave differently.
func contents() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300_000)
	skewed := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
		skewed[i] = byte(r.NormFloat64() * 12)
	}
	var steps, words bytes.Buffer
	for dist := 1; dist < 40; dist++ {
		steps.Write(bytes.Repeat(noise[:dist], 1000/dist))
	}
	for words.Len() < 500_000 {
		fmt.Fprintf(&words, "word%d ", r.IntN(3000))
	}
	return map[string][]byte{
		"empty":    nil,
		"one":      {'x'},
		"zeros":    make([]byte, 1_000_000),
		"noise":    noise,
		"skewed":   skewed,
		"periodic": steps.Bytes(),
		"far":      bytes.Repeat(noise[:Window], 3),
		"words":    words.Bytes(),
	}
}

func pack(t testing.TB, data []byte, level int) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Name, w.Comment, w.Extra = "name", "comment", []byte("extra")
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func packFast(t testing.TB, data []byte, level int) []byte {
	var buf bytes.Buffer
	w, err := kgzip.NewWriterLevel(&buf, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestDecode(t *testing.T) {
	for name, data := range contents() {
		for level := gzip.HuffmanOnly; level <= gzip.BestCompression; level++ {
			files := map[string][]byte{"std": pack(t, data, level), "klauspost": packFast(t, data, level)}
			files["members"] = append(bytes.Clone(files["std"]), files["klauspost"]...)
			for by, file := range files {
				want := data
				if by == "members" {
					want = append(bytes.Clone(data), data...)
				}
				for _, size := range []int{Window + Room, 200_000} {
					got, err := decode(bytes.NewReader(file), size)
					if err != nil || !bytes.Equal(got, want) {
						t.Errorf("%s, level %d of %s, buffer %d: got %d bytes, %v; want %d", name, level, by, size, len(got), err, len(want))
					}
				}
			}
		}
	}
}

func TestDecodeSources(t *testing.T) {
	data := contents()["words"]
	file := pack(t, data, 6)
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"byte by byte": iotest.OneByteReader, "half": iotest.HalfReader, "data with EOF": iotest.DataErrReader,
	} {
		got, err := decode(wrap(bytes.NewReader(file)), 100_000)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: got %d bytes, %v; want %d", name, len(got), err, len(data))
		}
	}
	broken := errors.New("broken")
	if _, err := decode(io.MultiReader(bytes.NewReader(file[:5000]), iotest.ErrReader(broken)), 100_000); !errors.Is(err, broken) {
		t.Errorf("broken source: got %v", err)
	}
}

func TestDecodeErrors(t *testing.T) {
	file := pack(t, []byte(strings.Repeat("all work and no play ", 100)), 6)
	flip := func(at int) []byte {
		f := bytes.Clone(file)
		f[at] ^= 0x55
		return f
	}
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"empty", nil, io.ErrUnexpectedEOF},
		{"other", []byte("this is no gzip file at all"), ErrHeader},
		{"garbage behind", append(bytes.Clone(file), "garbage of any kind"...), ErrHeader},
		{"checksum", flip(len(file) - 6), ErrChecksum},
		{"size", flip(len(file) - 2), ErrChecksum},
		{"reserved block", append(bytes.Clone(file[:10]), 0, 0, 0x07, 0, 0, 0, 0), nil},
	} {
		_, err := decode(bytes.NewReader(c.file), 100_000)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	for n := 1; n < len(file); n++ {
		if _, err := decode(bytes.NewReader(file[:n]), 100_000); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("first %d bytes: got %v, want %v", n, err, io.ErrUnexpectedEOF)
		}
	}
}

// A member must not reach into the output of the one before.
func TestMembersApart(t *testing.T) {
	// Fixed codes: the match of 3 bytes at distance 1, end of block.
	alone := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 0x03, 0x02, 0x00, 0, 0, 0, 0, 3, 0, 0, 0}
	file := append(pack(t, []byte("before"), 6), alone...)
	if _, err := decode(bytes.NewReader(file), 100_000); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v, want %v", err, ErrCorrupt)
	}
}

func TestConsumed(t *testing.T) {
	data := contents()["words"]
	file := pack(t, data, 6)
	d := NewDecoder(bytes.NewReader(file))
	buf := make([]byte, Window+64<<10)
	var last int64
	for at := 0; ; {
		end, err := d.Decode(buf, at)
		if got := d.Consumed(); got < last || got > int64(len(file)) {
			t.Fatalf("consumed %d after %d, of %d", got, last, len(file))
		}
		last = d.Consumed()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		at = copy(buf, buf[end-Window:end])
	}
	if last != int64(len(file)) {
		t.Errorf("consumed %d in the end, want %d", last, len(file))
	}
}

// FuzzDecode holds the decoder to that of the standard library.
func FuzzDecode(f *testing.F) {
	for _, data := range contents() {
		data = data[:min(len(data), 3000)]
		for _, level := range []int{0, 1, 6, gzip.HuffmanOnly} {
			f.Add(pack(f, data, level))
		}
	}
	f.Add([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 0x03, 0x02, 0x00, 0, 0, 0, 0, 3, 0, 0, 0})
	f.Fuzz(func(t *testing.T, file []byte) {
		var want []byte
		r, err := gzip.NewReader(bytes.NewReader(file))
		if err == nil {
			want, err = io.ReadAll(io.LimitReader(r, 10<<20))
		}
		if len(want) == 10<<20 {
			return
		}
		if errors.Is(err, gzip.ErrHeader) {
			return // it takes no names longer than 511 bytes
		}
		got, gotErr := decode(bytes.NewReader(file), Window+Room+len(file)%5000)
		if (err == nil) != (gotErr == nil) {
			t.Fatalf("got %v, the standard library %v", gotErr, err)
		}
		if err == nil && !bytes.Equal(got, want) {
			t.Fatalf("got %d bytes, want %d, or other ones", len(got), len(want))
		}
	})
}

func TestRead(t *testing.T) {
	for name, data := range contents() {
		r := NewReader(bytes.NewReader(pack(t, data, 6)))
		if err := iotest.TestReader(r, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
