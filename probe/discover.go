package probe

import (
	"net/url"
	"path"
	"sort"
	"strconv"
	"strings"

	"schlank/internal/agent"
)

// DefaultDiscover is a good bound for Options.Discover: enough to see the
// main pages, their style sheets and scripts.
const DefaultDiscover = 20

// discoverDepth is how many links away from a probe discovery goes.
const discoverDepth = 2

// missingPath is a path that no service has: its answer is the page for
// errors, which is made in another way than the others.
const missingPath = "/schlank-no-such-page"

// page is an HTML answer, or a redirect, that may name further URLs.
type page struct {
	probe HTTP
	res   *agent.HTTPResponse
	depth int
}

// discover follows the links of the answers breadth first, in sorted order,
// and appends what it asks to the recording: up to Options.Discover URLs, and
// one missing page for each port that speaks HTTP.
func (s *session) discover(rec *Recording) error {
	seen := map[string]bool{}
	for _, p := range rec.Probes {
		seen[p.Name()] = true
	}
	todo := append([]page{}, s.pages...)
	missing := missingPages(todo)
	for left := s.opts.Discover; len(todo) > 0; todo = todo[1:] {
		from := todo[0]
		if from.depth == discoverDepth {
			continue
		}
		for _, target := range from.links() {
			p := HTTP{Method: "GET", Port: from.probe.Port, Path: target, Header: from.probe.Header}
			if left == 0 || seen[p.Name()] {
				continue
			}
			seen[p.Name()] = true
			left--
			n := len(s.pages)
			if err := s.append(rec, p); err != nil {
				return err
			}
			for _, pg := range s.pages[n:] {
				pg.depth = from.depth + 1
				todo = append(todo, pg)
			}
		}
	}
	for _, p := range missing {
		if !seen[p.Name()] {
			if err := s.append(rec, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// append asks one more probe.
func (s *session) append(rec *Recording, p Probe) error {
	rec.Probes = append(rec.Probes, p)
	rec.Answers = append(rec.Answers, Answer{})
	return s.ask(rec, len(rec.Probes)-1)
}

func missingPages(pages []page) []HTTP {
	ports := map[int]bool{}
	for _, p := range pages {
		ports[p.probe.Port] = true
	}
	var list []HTTP
	for port := range ports {
		list = append(list, HTTP{Method: "GET", Port: port, Path: missingPath})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Port < list[j].Port })
	return list
}

// links are the paths of the same origin that the page refers to, sorted.
func (p page) links() []string {
	base := &url.URL{Scheme: "http", Host: "localhost:" + strconv.Itoa(p.probe.Port)}
	base, err := base.Parse(p.probe.Path)
	if err != nil {
		return nil
	}
	var refs []string
	html := false
	for _, f := range p.res.Header {
		switch f.Name {
		case "Location":
			refs = append(refs, f.Value)
		case "Content-Type":
			html = strings.Contains(strings.ToLower(f.Value), "html")
		}
	}
	if html {
		refs = append(refs, scanLinks(string(p.res.Body))...)
	}
	set := map[string]bool{}
	for _, ref := range refs {
		if target, ok := localPath(base, ref); ok {
			set[target] = true
		}
	}
	list := make([]string, 0, len(set))
	for target := range set {
		list = append(list, target)
	}
	sort.Strings(list)
	return list
}

// maxPath bounds the paths that are followed, in bytes.
const maxPath = 2000

// localPath resolves a reference; ok is false when it leads elsewhere.
func localPath(base *url.URL, ref string) (string, bool) {
	u, err := base.Parse(strings.TrimSpace(ref))
	if err != nil || u.Scheme != "http" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	switch u.Hostname() {
	case "localhost", "127.0.0.1", "::1":
	default:
		return "", false
	}
	if port != base.Port() {
		return "", false
	}
	target := u.EscapedPath()
	if target == "" {
		target = "/"
	}
	if u.RawQuery != "" {
		target += "?" + u.RawQuery
	}
	ok := len(target) <= maxPath && path.IsAbs(target) && !strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r == 0x7f })
	return target, ok
}
