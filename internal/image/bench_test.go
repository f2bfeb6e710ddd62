package image

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// benchLayer is an archive of 100 MB that compresses about as programs do.
func benchLayer(b *testing.B) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 4096)
	for i := range words {
		words[i] = fmt.Sprintf("%x", r.Uint64()>>uint(r.IntN(56)))
	}
	var items []item
	for i := range 2000 {
		var body bytes.Buffer
		for body.Len() < 50_000 {
			body.WriteString(words[r.IntN(len(words))])
		}
		items = append(items, file(fmt.Sprintf("usr/lib/d%d/file%d", i/50, i), body.String()))
	}
	return archive(b, items)
}

func packBytes(b testing.TB, data []byte, compression string) []byte {
	var buf bytes.Buffer
	var w io.WriteCloser
	switch compression {
	case gzipped:
		w = gzip.NewWriter(&buf)
	case zstded:
		z, err := zstd.NewWriter(&buf)
		if err != nil {
			b.Fatal(err)
		}
		w = z
	default:
		return data
	}
	if _, err := w.Write(data); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkRead measures the reading of one layer, all digests included. The
// metric x-unpack is the time relative to that of unpacking the layer only.
func BenchmarkRead(b *testing.B) {
	data := benchLayer(b)
	for _, compression := range []string{gzipped, zstded} {
		stored := packBytes(b, data, compression)
		b.Run(compression, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			bl := blob{open: func(context.Context) (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(stored)), nil
			}}
			var reading, unpacking time.Duration
			for b.Loop() {
				start := time.Now()
				_, err := bl.read(b.Context(), 1<<40, func(r *feed) error {
					_, err := scan(r, 0, defaultLimits(), nil)
					return err
				})
				reading += time.Since(start)
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				unpacking += unpackOnly(b, stored)
				b.StartTimer()
			}
			b.ReportMetric(reading.Seconds()/unpacking.Seconds(), "x-unpack")
		})
	}
}

func unpackOnly(b *testing.B, stored []byte) time.Duration {
	start := time.Now()
	r, _, err := decompress(bufio.NewReader(bytes.NewReader(stored)))
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, r); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// benchNoise is text that no compressor makes smaller.
func benchNoise(n int) string {
	r := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, n)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	return string(noise)
}
