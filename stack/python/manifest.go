package python

import (
	"bufio"
	"bytes"
	"path"
	"strings"
)

// maxNested bounds how deep requirement files may include each other.
const maxNested = 8

// Includes lists the files a requirements file refers to by -r and -c,
// itself first, in order and without repeats. read returns a file of the
// build context by its slash-separated path; files it does not know are left
// out.
func Includes(file string, read func(string) ([]byte, bool)) []string {
	var list []string
	seen := map[string]bool{}
	var visit func(string, int)
	visit = func(name string, depth int) {
		name = path.Clean(name)
		b, ok := read(name)
		if seen[name] || !ok || depth > maxNested {
			return
		}
		seen[name] = true
		list = append(list, name)
		for _, inc := range references(b) {
			visit(path.Join(path.Dir(name), inc), depth+1)
		}
	}
	visit(file, 0)
	return list
}

// references are the values of -r and -c lines (pip's requirements file
// format).
func references(b []byte) []string {
	var list []string
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		line := strings.TrimSpace(sc.Text())
		for _, flag := range []string{"-r", "--requirement", "-c", "--constraint"} {
			rest, ok := strings.CutPrefix(line, flag)
			if !ok || rest == "" || !strings.ContainsAny(rest[:1], " \t=") && len(flag) > 2 {
				continue
			}
			rest, _, _ = strings.Cut(strings.TrimLeft(rest, " \t="), " #")
			if rest = strings.TrimSpace(rest); rest != "" && !strings.Contains(rest, ":") {
				list = append(list, rest)
			}
			break
		}
	}
	return list
}

// Requirements are the normalised names a requirements file lists, without
// the files it includes.
func Requirements(b []byte) []string {
	var names []string
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); {
		line := strings.TrimSpace(sc.Text())
		if n := requirementName.FindString(line); n != "" {
			names = append(names, Normalize(n))
		}
	}
	return names
}
