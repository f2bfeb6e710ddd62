package trace

import (
	"path"
	"strings"

	"schlank/dockerfile"
	"schlank/rule"
)

// copied are the events of a COPY or an ADD.
func copied(ctx rule.Context, in *dockerfile.Instruction, c *dockerfile.Copy) []Event {
	if !strings.HasPrefix(c.Dest.Text, "/") && in.Before.Workdir == "" && strings.Contains(c.Dest.Text, "$") {
		return nil
	}
	dest := Clean(in.Before.Workdir, c.Dest.Text)
	intoDir := strings.HasSuffix(c.Dest.Text, "/") || c.Dest.Text == "." || strings.HasSuffix(c.Dest.Text, "/.") || len(c.Sources)+len(c.Inline) > 1
	var out []Event
	for _, s := range c.Sources {
		e := Event{Kind: Made, In: in, Copy: c, Step: -1, Span: s.Span, Source: s, Path: dest}
		switch {
		case IsDir(ctx, c, s.Text) || strings.ContainsAny(s.Text, "*?["):
			e.Tree = true
		case unpacks(c, s.Text):
			e.Tree = true
		case intoDir:
			e.Path = path.Join(dest, baseFor(c, s.Text))
		}
		// Without a look at the context a name may be a directory.
		e.Tree = e.Tree || path.Ext(s.Text) == "" && !strings.Contains(s.Text, "://") && !isFile(ctx, c, s.Text)
		out = append(out, e)
	}
	for _, h := range c.Inline {
		e := Event{Kind: Made, In: in, Copy: c, Step: -1, Span: in.KeywordSpan, Path: dest}
		if intoDir {
			e.Path = path.Join(dest, h.Name)
		}
		out = append(out, e)
	}
	return out
}

// IsDir reports whether the source of a COPY is a directory, whose contents are
// copied.
func IsDir(ctx rule.Context, c *dockerfile.Copy, name string) bool {
	if name == "." || name == "/" || strings.HasSuffix(name, "/") || strings.HasSuffix(name, "/.") {
		return true
	}
	if ctx == nil || c.From.Text != "" {
		return false
	}
	info, ok := ctx.Stat(InContext(name))
	return ok && info.Dir
}

// isFile reports whether the source of a COPY is known to be a file.
func isFile(ctx rule.Context, c *dockerfile.Copy, name string) bool {
	if ctx == nil || c.From.Text != "" {
		return false
	}
	info, ok := ctx.Stat(InContext(name))
	return ok && !info.Dir
}

// InContext is a source as a path of the build context.
func InContext(name string) string {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" {
		return "."
	}
	return name
}

// unpacks reports whether an ADD unpacks a source.
func unpacks(c *dockerfile.Copy, name string) bool {
	return c.Add && (c.Unpack || !strings.Contains(name, "://") && stem(name) != "" && !strings.HasSuffix(name, ".zip"))
}

// baseFor is the name that a source gets in a directory.
func baseFor(c *dockerfile.Copy, name string) string {
	if c.Add && strings.Contains(name, "://") {
		return baseOf(name)
	}
	return path.Base(name)
}
