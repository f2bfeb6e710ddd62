package pairsum

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"testing"
)

// check adds data in parts: lengths in turn for both sums and the outer one
// alone. The standard library says what is right.
func check(t *testing.T, s *Sum, data []byte, lengths []byte) {
	t.Helper()
	outer, inner := sha256.New(), sha256.New()
	both := true
	for i := 0; len(data) > 0; i++ {
		n := len(data)
		if i < len(lengths) {
			n = min(n, int(lengths[i])*7)
		}
		outer.Write(data[:n])
		if both {
			s.Both(data[:n])
			inner.Write(data[:n])
		} else {
			s.Outer(data[:n])
		}
		data = data[n:]
		both = !both
		if i%5 == 4 {
			if got := s.Inner(); !bytes.Equal(got[:], inner.Sum(nil)) {
				t.Fatalf("inner sum %x, want %x", got, inner.Sum(nil))
			}
			inner.Reset()
		}
		if got := s.OuterSum(); !bytes.Equal(got[:], outer.Sum(nil)) {
			t.Fatalf("outer sum %x, want %x", got, outer.Sum(nil))
		}
	}
	if got := s.Inner(); !bytes.Equal(got[:], inner.Sum(nil)) {
		t.Fatalf("inner sum %x in the end, want %x", got, inner.Sum(nil))
	}
}

// TestLengths goes through all lengths at which padding matters.
func TestLengths(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 300)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	for _, accelerated := range []bool{false, accelerated} {
		for n := range data {
			check(t, newSum(accelerated), data[:n], nil)
		}
	}
}

// TestArchive is how sums are used: blocks of both and of one.
func TestArchive(t *testing.T) {
	s := New()
	outer := sha256.New()
	for i := range 100 {
		header, body := bytes.Repeat([]byte{'h'}, 512), bytes.Repeat([]byte{byte(i)}, i*37)
		pad := make([]byte, -len(body)&511)
		s.Outer(header)
		s.Both(body)
		want := sha256.Sum256(body)
		if got := s.Inner(); got != want {
			t.Fatalf("body of %d bytes: %x, want %x", len(body), got, want)
		}
		s.Outer(pad)
		outer.Write(header)
		outer.Write(body)
		outer.Write(pad)
	}
	if got := s.OuterSum(); !bytes.Equal(got[:], outer.Sum(nil)) {
		t.Fatalf("archive: %x, want %x", got, outer.Sum(nil))
	}
}

func FuzzSum(f *testing.F) {
	f.Add([]byte("some data that is longer than a block of sixty-four bytes, some"), []byte{1, 2, 3})
	f.Add(make([]byte, 5000), []byte{64, 64, 64, 1, 0, 255})
	f.Fuzz(func(t *testing.T, data, lengths []byte) {
		check(t, newSum(accelerated), data, lengths)
		check(t, newSum(false), data, lengths)
	})
}

func BenchmarkBoth(b *testing.B) {
	data := make([]byte, 64<<10)
	for name, s := range map[string]*Sum{"pair": New(), "plain": newSum(false)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				s.Both(data)
			}
		})
	}
}
