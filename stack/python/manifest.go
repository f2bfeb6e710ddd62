package python

import (
	"path"
	"strings"
)

// maxNested bounds how deep requirement files may include each other.
const maxNested = 8

// Includes lists the files a requirements file refers to by -r and -c,
// itself first, in order and without repeats, and those of them that read
// does not know. read returns a file of the build context by its
// slash-separated path.
func Includes(file string, read func(string) ([]byte, bool)) (files, missing []string) {
	seen := map[string]bool{}
	var visit func(string, int)
	visit = func(name string, depth int) {
		name = path.Clean(name)
		if seen[name] {
			return
		}
		seen[name] = true
		b, ok := read(name)
		if !ok || depth > maxNested {
			missing = append(missing, name)
			return
		}
		files = append(files, name)
		for _, inc := range references(b) {
			visit(path.Join(path.Dir(name), inc), depth+1)
		}
	}
	visit(file, 0)
	return files, missing
}

// lines are the lines of a requirements file without blanks around them.
func lines(b []byte) []string {
	list := strings.Split(strings.TrimPrefix(string(b), "\ufeff"), "\n")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// option is the value of a line that is one of the options, "" of others.
func option(line string, short, long string) string {
	rest, ok := strings.CutPrefix(line, long)
	if ok && (rest == "" || !strings.ContainsAny(rest[:1], " \t=")) {
		return ""
	}
	if !ok {
		if rest, ok = strings.CutPrefix(line, short); !ok {
			return ""
		}
	}
	rest, _, _ = strings.Cut(strings.TrimLeft(rest, " \t="), " #")
	return strings.TrimSpace(rest)
}

// references are the values of -r and -c lines (pip's requirements file
// format); addresses are left out.
func references(b []byte) []string {
	var list []string
	for _, line := range lines(b) {
		ref := option(line, "-r", "--requirement")
		if ref == "" {
			ref = option(line, "-c", "--constraint")
		}
		if ref != "" && !strings.Contains(ref, ":") {
			list = append(list, ref)
		}
	}
	return list
}

// LocalRequirement is the first line of a requirements file that installs
// from a path, "" when there is none: such an install needs the sources.
func LocalRequirement(b []byte) string {
	for _, line := range lines(b) {
		if e := option(line, "-e", "--editable"); e != "" {
			return e
		}
		word, _, _ := strings.Cut(line, " ")
		_, at, _ := strings.Cut(line, "@")
		switch {
		case strings.HasPrefix(word, "."), strings.HasPrefix(word, "/"), strings.HasPrefix(word, "file:"),
			strings.HasPrefix(strings.TrimSpace(at), "file:"), strings.HasPrefix(strings.TrimSpace(at), "."):
			return line
		case !strings.ContainsAny(word, ":#-") && strings.Contains(word, "/"), !strings.Contains(word, "://") && isArchive(word):
			return line
		}
	}
	return ""
}

func isArchive(word string) bool {
	return strings.HasSuffix(word, ".whl") || strings.HasSuffix(word, ".tar.gz") || strings.HasSuffix(word, ".zip")
}

// Requirements are the normalised names a requirements file lists, without
// the files it includes.
func Requirements(b []byte) []string {
	var names []string
	for _, line := range lines(b) {
		if n := requirementName.FindString(line); n != "" {
			names = append(names, Normalize(n))
		}
	}
	return names
}
