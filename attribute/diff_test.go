package attribute_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/attribute"
)

// site is an image of a small project; extra goes into the COPY.
func site(t *testing.T, base string, flask string, extra ...item) *attribute.Attribution {
	dist := "usr/lib/python3/site-packages/Flask-" + flask + ".dist-info/"
	img := imageOf(t,
		layer{base, []item{file("etc/base", text(3000)), file("usr/lib/"+base, text(5000*len(base)))}},
		layer{"RUN /bin/sh -c pip install flask # buildkit", []item{
			file("usr/lib/python3/site-packages/flask.py", text(len(flask)*10_000)),
			file(dist+"METADATA", "Metadata-Version: 2.1\nName: Flask\nVersion: "+flask+"\n"),
			file(dist+"RECORD", "flask.py,,\nFlask-"+flask+".dist-info/METADATA,,\nFlask-"+flask+".dist-info/RECORD,,\n"),
		}},
		layer{"COPY . . # buildkit", append([]item{file("app/main.py", text(500)), file("app/static/logo", text(9000))}, extra...)},
	)
	text := "FROM " + base + "\nRUN pip install flask\n\nCOPY . .\n"
	return attribute.Image(img, attribute.Options{
		Base:    attribute.BaseImage{Layers: 1, Name: base, Source: attribute.BaseBuild},
		Origins: attribute.FromDockerfile(img, parse(text), ""),
	})
}

func TestDiff(t *testing.T) {
	venv := []item{file("app/.venv/lib/a.py", text(120_000)), file("app/.venv/lib/b.py", text(80_000)), file("app/.venv/pyvenv.cfg", text(12))}
	for _, tt := range []struct {
		name string
		a, b *attribute.Attribution
		want []string
	}{
		{
			"a directory comes along", site(t, "debian:12", "3.0"), site(t, "debian:12", "3.0", venv...),
			[]string{
				"cause application +200012",
				"package - → -  +200012",
				"instruction `COPY . .` (line 4) +200012",
				"path /app/.venv +200012",
				"+200012 `COPY . .` (line 4) now brings /app/.venv",
			},
		},
		{
			"and goes", site(t, "debian:12", "3.0", venv...), site(t, "debian:12", "3.0"),
			[]string{
				"cause application -200012",
				"package - → -  -200012",
				"instruction `COPY . .` (line 4) -200012",
				"path /app/.venv -200012",
				"-200012 `COPY . .` (line 4) no longer brings /app/.venv",
			},
		},
		{
			"a package grows", site(t, "debian:12", "3.0"), site(t, "debian:12", "3.0.1"),
			[]string{
				"cause language-package +20006",
				"package Flask 3.0 → 3.0.1  +20006",
				"instruction `RUN pip install flask` (line 2) +20006",
				"path /usr/lib/python3/site-packages/flask.py +20000",
				"path / rest +6",
				"+20006 `RUN pip install flask` (line 2) brings other versions of Flask 3.0 → 3.0.1",
			},
		},
		{
			"much in few, little in many", site(t, "debian:12", "3.0"),
			site(t, "debian:12", "3.0", file("app/main.py", text(90_500)), file("app/a", text(1001)), file("app/b", text(1002)), file("app/c", text(1003))),
			[]string{
				"cause application +93006",
				"package - → -  +93006",
				"instruction `COPY . .` (line 4) +93006",
				"path /app/main.py +90000",
				"path /app rest +3006",
				"+90000 `COPY . .` (line 4) brings more in /app/main.py",
				"+3006 `COPY . .` (line 4) brings more in the rest of /app",
			},
		},
		{
			"another base", site(t, "debian:12", "3.0"), site(t, "alpine1", "3.0"),
			[]string{
				"cause base-image -10000",
				"package - → -  -10000",
				"instruction `FROM alpine1` -10000",
				"path /usr/lib/debian:12 -45000",
				"path /usr/lib/alpine1 +35000",
				"-10000 the base image is alpine1 instead of debian:12",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkDelta(t, tt.a, tt.b)
			if diff := cmp.Diff(tt.want, deltaText(attribute.Diff(tt.a, tt.b))); diff != "" {
				t.Errorf("delta (-want +got):\n%s", diff)
			}
		})
	}
}

func deltaText(d *attribute.Delta) []string {
	list := []string{}
	for _, c := range d.Causes {
		if c.Sum().Disk != 0 {
			list = append(list, fmt.Sprintf("cause %s %+d", c.Kind, c.Sum().Disk))
		}
	}
	for _, c := range d.Packages {
		if c.Sum().Disk != 0 {
			list = append(list, fmt.Sprintf("package %s- → %s-  %+d", c.From, c.To, c.Sum().Disk))
			if c.Name != "" {
				list[len(list)-1] = fmt.Sprintf("package %s %s → %s  %+d", c.Name, c.From, c.To, c.Sum().Disk)
			}
		}
	}
	for _, c := range d.Instructions {
		if c.Sum().Disk != 0 {
			list = append(list, fmt.Sprintf("instruction %s %+d", c.To, c.Sum().Disk))
		}
	}
	for _, c := range d.Paths {
		if c.Sum().Disk != 0 {
			rest := ""
			if c.Rest {
				rest = " rest"
			}
			list = append(list, fmt.Sprintf("path %s%s %+d", c.Path, rest, c.Sum().Disk))
		}
	}
	for _, s := range d.Story {
		if s.Disk != 0 {
			list = append(list, fmt.Sprintf("%+d %s", s.Disk, s.Text))
		}
	}
	return list
}
