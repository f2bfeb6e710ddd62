package image

import (
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
		{"links and files elsewhere", []item{
			symlink("etc/ld.so.conf", "../usr/share/ld.so.conf"), file("usr/share/ld.so.conf", "include ld.so.conf.d/*.conf\ninclude /opt/x.conf\n"),
			symlink("etc/ld.so.conf.d/gl.conf", "/etc/alternatives/gl"), symlink("etc/alternatives/gl", "/usr/lib/mesa/ld.so.conf"),
			file("usr/lib/mesa/ld.so.conf", "/usr/lib/mesa\n"), file("opt/x.conf", "/opt/lib\ninclude y.conf gone.conf\n"), file("opt/y.conf", "/opt/y\n"),
		}, []string{"/usr/lib/mesa", "/opt/lib", "/opt/y"}},
		{"circle", []item{file("etc/ld.so.conf", "include ld.so.conf\n/a\n")}, []string{"/a"}},
		{"musl", []item{file("etc/ld-musl-x86_64.path", "/lib:/usr/lib\n/x\n")}, []string{"/lib", "/usr/lib", "/x"}},
		{"none", nil, nil},
	}
	for _, tt := range tests {
		got := inventoryOf(t, sourceOf(t, imageOf(t, tt.items))).LoaderDirs
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}
