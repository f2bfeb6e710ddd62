package restage

import (
	"path"
	"slices"
	"sort"
	"strings"

	"schlank/dockerfile"
)

// fromContext lists the COPY and ADD instructions of the stage that take
// local files, with the directory they are relative to.
func fromContext(in Input) []*dockerfile.Instruction {
	var list []*dockerfile.Instruction
	for _, i := range in.Stage.Instructions {
		if c, ok := i.Command.(*dockerfile.Copy); ok && c.From.Raw == "" && len(c.Sources) > 0 {
			list = append(list, i)
		}
	}
	return list
}

// imagePaths are the places in the image that a file of the context is
// copied to.
func imagePaths(in Input, file string) []string {
	var list []string
	for _, i := range fromContext(in) {
		list = append(list, copiedBy(i, i.Command.(*dockerfile.Copy), file)...)
	}
	sort.Strings(list)
	return slices.Compact(list)
}

// copiedBy are the places that one COPY puts a file of the context to.
func copiedBy(i *dockerfile.Instruction, c *dockerfile.Copy, file string) []string {
	dest := destination(i, c)
	if dest == "" || c.Parents {
		return nil
	}
	var list []string
	intoDir := strings.HasSuffix(c.Dest.Text, "/") || len(c.Sources) > 1 || path.Base(c.Dest.Text) == "." || path.Base(c.Dest.Text) == ".."
	for _, s := range c.Sources {
		if p, ok := copied(path.Clean("/" + s.Text)[1:], file, dest, intoDir); ok && s.Known {
			list = append(list, p)
		}
	}
	return list
}

// destination is the absolute destination of a COPY, "" when only the base
// image knows its working directory.
func destination(i *dockerfile.Instruction, c *dockerfile.Copy) string {
	d := c.Dest.Text
	if !c.Dest.Known {
		return ""
	}
	if !path.IsAbs(d) {
		wd := i.Before.Workdir
		if wd == "" {
			wd = "/"
		}
		if !path.IsAbs(wd) {
			return ""
		}
		d = path.Join(wd, d)
	}
	return path.Clean(d)
}

// copied tells where a context file goes when source is copied to dest.
func copied(src, file, dest string, intoDir bool) (string, bool) {
	switch {
	case src == "" || src == ".":
		return path.Join(dest, file), true
	case src == file && intoDir:
		return path.Join(dest, path.Base(file)), true
	case src == file:
		return dest, true
	case strings.HasPrefix(file, src+"/"):
		return path.Join(dest, strings.TrimPrefix(file, src+"/")), true
	}
	if ok, err := path.Match(src, file); err == nil && ok {
		return path.Join(dest, path.Base(file)), true
	}
	return "", false
}

// contextFile finds the file of the context that ends up at a path of the
// image, "" when none does.
func contextFile(in Input, imagePath string) string {
	for _, f := range in.Project.Files {
		if slices.Contains(imagePaths(in, f), imagePath) {
			return f
		}
	}
	return ""
}

// broad reports a COPY that takes directories of the context, so that any
// change of a source file makes it run again.
func broad(in Input, c *dockerfile.Copy) bool {
	for _, s := range c.Sources {
		clean := path.Clean("/" + s.Text)[1:]
		if clean == "" {
			return true
		}
		for _, f := range in.Project.Files {
			if strings.HasPrefix(f, clean+"/") {
				return true
			}
		}
	}
	return false
}
