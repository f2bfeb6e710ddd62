package schlank

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"schlank/internal/bounded"
)

// Project is a build context with a Dockerfile.
type Project struct {
	// Dir is the build context.
	Dir string
	// File is the path of the Dockerfile, Name how messages call it.
	File, Name string
	Dockerfile []byte
	// Ignore is the ignore file that lies beside the Dockerfile under its
	// name (Dockerfile.dockerignore), nil when the context's own counts.
	Ignore []byte
}

// maxDockerfile bounds a Dockerfile, in bytes; BuildKit's own limit is far
// below.
const maxDockerfile = 8 << 20

// UsageError is a mistake in how the program was called or configured.
type UsageError struct {
	Msg, Hint string
}

func (e *UsageError) Error() string {
	if e.Hint == "" {
		return e.Msg
	}
	return e.Msg + " (" + e.Hint + ")"
}

// names are what a Dockerfile is called in a context, in order.
var dockerfileNames = []string{"Dockerfile", "Containerfile"}

// OpenProject finds the Dockerfile for a path, which is a context directory
// or a Dockerfile in its context, and reads it. file, when given, is the
// Dockerfile of the context path.
func OpenProject(path, file string) (*Project, error) {
	if path == "" {
		path = "."
	}
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &UsageError{Msg: fmt.Sprintf("%s: no such file or directory", path), Hint: "give a directory with a Dockerfile, or a Dockerfile"}
	}
	if err != nil {
		return nil, &UsageError{Msg: fmt.Sprintf("%s cannot be opened: %s", path, reason(err))}
	}
	p := &Project{Dir: path, File: file}
	switch {
	case !st.IsDir() && file != "":
		return nil, &UsageError{Msg: fmt.Sprintf("%s is not a directory", path), Hint: "with --file, the path is the build context"}
	case !st.IsDir():
		p.Dir, p.File = filepath.Dir(path), path
	case file == "":
		if p.File, err = findDockerfile(path); err != nil {
			return nil, err
		}
	}
	p.Name = p.File
	return p, p.read()
}

func findDockerfile(dir string) (string, error) {
	for _, n := range dockerfileNames {
		f := filepath.Join(dir, n)
		if st, err := os.Stat(f); err == nil && st.Mode().IsRegular() {
			return f, nil
		}
	}
	return "", &UsageError{
		Msg:  fmt.Sprintf("%s: no Dockerfile there", dir),
		Hint: "name one with --file, or give its path",
	}
}

func (p *Project) read() error {
	var err error
	if p.Dockerfile, err = bounded.ReadFile(p.File, maxDockerfile); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return &UsageError{Msg: fmt.Sprintf("%s: no such file", p.File), Hint: "name the Dockerfile with --file"}
		}
		return &UsageError{Msg: fmt.Sprintf("%s cannot be read: %s", p.File, reason(err))}
	}
	p.Ignore, err = bounded.ReadFile(p.File+".dockerignore", maxDockerfile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &UsageError{Msg: fmt.Sprintf("%s.dockerignore cannot be read: %s", p.File, reason(err))}
	}
	return nil
}
