package image

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoaderDirs(t *testing.T) {
	tests := []struct {
		name  string
		items []item
		want  []string
	}{
		{"Debian", []item{
			file("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf # more\n/opt/lib:/opt/lib64 /old=libc6\n"),
			file("etc/ld.so.conf.d/b.conf", "# Multiarch\n/usr/lib/x86_64-linux-gnu/\n/opt/lib\n"),
			file("etc/ld.so.conf.d/a.conf", "hwcap 0 nosegneg\nrelative/is/no/good\n/usr/local/lib\n"),
			file("etc/other.conf", "/no\n"),
		}, []string{"/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/opt/lib", "/opt/lib64", "/old"}},
		{"circle", []item{file("etc/ld.so.conf", "include ld.so.conf\n/a\n")}, []string{"/a"}},
		{"musl", []item{file("etc/ld-musl-x86_64.path", "/lib:/usr/lib\n/x\n")}, []string{"/lib", "/usr/lib", "/x"}},
		{"none", nil, nil},
	}
	for _, tt := range tests {
		got, err := sourceOf(t, imageOf(t, tt.items)).LoaderDirs(context.Background())
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", tt.name, err, diff)
		}
	}
}
