package trace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/layers/trace"
	"schlank/source"
)

// events is the events of the last stage of a file.
func events(text string) []trace.Event {
	var out []trace.Event
	r := &rule.Rule{ID: "SL2000", Severity: finding.Info, Run: func(p *rule.Pass) { out = trace.Chain(p, p.Final()) }}
	rule.Run(r, dockerfile.Parse(source.File{Bytes: []byte(text)}), rule.Settings{}, nil)
	return out
}

func TestEvents(t *testing.T) {
	tests := []struct{ in, want string }{
		{"COPY a.txt b.txt /x/", "made /x/a.txt, made /x/b.txt"},
		{"COPY . .", "made ?/..."},
		{"WORKDIR /app\nCOPY . .\nCOPY a.txt b.txt", "made /app..., made /app/b.txt"},
		{"COPY src /app", "made /app..."},
		{"ADD https://x.example/a.tgz /tmp/", "made /tmp/a.tgz"},
		{"ADD a.tgz /opt/a", "made /opt/a..."},
		{"COPY <<EOF /x\nEOF", "made /x"},
		{"RUN curl -fsSLo /tmp/a.tgz https://x.example/b && rm /tmp/a.tgz", "made /tmp/a.tgz, deleted /tmp/a.tgz"},
		{"RUN cd /tmp && curl -O https://x.example/a.tgz && tar xzf a.tgz", "made /tmp/a.tgz, unpacked /tmp/a.tgz, made /tmp/a..."},
		{"RUN (cd /x && wget https://x.example/a?b=c) && wget -P /y https://x.example/d && wget -O- x | tar xz", "made /x/a, made /y/d"},
		{"ARG V\nENV D=/opt\nRUN curl -o \"$D/a-$V.zip\" x && unzip -q $D/a-${V}.zip -d /srv/a", "made /opt/a-${V}.zip, unpacked /opt/a-${V}.zip, made /srv/a/a-${V}..., made /srv/a..."},
		{"RUN d=$(mktemp -d) && curl -o $d/x y && e=/t && rm -r $e", "deleted /t..."},
		{"RUN git clone --depth 1 https://x.example/r.git && git clone x /y", "made ?/r..., made /y..."},
		{"RUN cp -r /a /b && mv /c /d/ && echo x > /e 2>/dev/null && tee /f", "made /b/a..., made /b..., deleted /c..., made /d/c..., made /e, made /f"},
		{"RUN python3 -m venv /venv && touch a", "made /venv..., made ?/a"},
		{"RUN --mount=type=cache,target=/c --mount=type=tmpfs,target=/tmp curl -o /c/a x && curl -o /tmp/b x && curl -o /b x", "made /b"},
		{"RUN apt-get update && apt-get install -y gcc=1 && apt-get purge -y gcc && rm -rf /var/lib/apt/lists/*",
			"made /var/lib/apt/lists..., made package:apt/gcc..., deleted package:apt/gcc..., deleted /var/lib/apt/lists/*..."},
		{"RUN apk add --virtual .b gcc && apk del .b", "made package:apk/.b..., made /var/cache/apk..., made /etc/apk/cache..., deleted package:apk/.b..."},
		{"WORKDIR /w\nRUN sh -c 'cd /x && rm a' && rm ~/b && rm \"$HOME\"", "deleted /x/a, deleted /root/b"},
		{"RUN [\"rm\", \"-rf\", \"/a\"]", "deleted /a..."},
		{"FROM a AS b\nRUN touch /x\nFROM b\nRUN rm /x", "made /x, deleted /x"},
	}
	for _, tt := range tests {
		text := tt.in + "\n"
		if !strings.HasPrefix(text, "FROM") {
			text = "FROM a\n" + text
		}
		var got []string
		for _, e := range events(text) {
			if e.Span.Len() == 0 || e.Span.End > len(text) {
				t.Errorf("%s: %s is at %v", tt.in, e.Path, e.Span)
			}
			tree := ""
			if e.Tree {
				tree = "..."
			}
			if e.Path == "?" {
				tree = "/..."
			}
			got = append(got, fmt.Sprintf("%s %s%s", e.Kind, e.Path, tree))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.in, diff)
		}
	}
}

func TestHits(t *testing.T) {
	tests := []struct {
		deleted  string
		tree     bool
		made     string
		madeTree bool
		want     string
	}{
		{"/a/b", false, "/a/b", false, "hits takes"},
		{"/a", true, "/a/b", false, "hits takes"},
		{"/a", false, "/a/b", false, ""},
		{"/a/*", true, "/a/b", false, "hits takes"},
		{"/a/*.tgz", false, "/a/b.tgz", false, "hits takes"},
		{"/a/b/c", true, "/a/b", true, "hits"},
		{"/a/b/c", true, "/a/b", false, ""},
		{"/usr/local/x", true, "/usr/local", true, ""},
		{"/a/b", true, "/a/c", true, ""},
	}
	for _, tt := range tests {
		d := trace.Event{Path: tt.deleted, Tree: tt.tree}
		m := trace.Event{Path: tt.made, Tree: tt.madeTree}
		var got []string
		if trace.Hits(d, m) {
			got = append(got, "hits")
		}
		if trace.Takes(d, m) {
			got = append(got, "takes")
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%+v on %+v: %q", d, m, s)
		}
	}
}
