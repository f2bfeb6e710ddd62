package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"schlank/dockerfile/syntax"
	"schlank/source"
)

// mountKeys are the fields a mount can have.
func mountKeys() []string {
	return []string{
		"type", "from", "source", "src", "target", "dst", "destination", "readonly", "ro", "readwrite", "rw",
		"id", "sharing", "required", "size", "mode", "uid", "gid", "env",
	}
}

// mount reads the --mount that is flag k of a RUN.
func (f *File) mount(i *Instruction, k int) Mount {
	flag := i.Flags[k]
	m := Mount{Span: flag.Span, Flag: k, Type: "bind"}
	mode := "" // what readonly and readwrite say
	for _, field := range csv(flag.Value) {
		o := f.mountOption(i, field)
		m.Options = append(m.Options, o)
		switch o.Key {
		case "type":
			m.Type = strings.ToLower(o.Value.Text)
		case "from":
			m.From = o.Value
		case "source", "src":
			m.Source = o.Value
		case "target", "dst", "destination":
			m.Target = o.Value
		case "id":
			m.ID = o.Value
		case "sharing":
			m.Sharing = strings.ToLower(o.Value.Text)
		case "required":
			m.Required = f.mountBool(o)
		case "readonly", "ro":
			mode = strconv.FormatBool(f.mountBool(o))
		case "readwrite", "rw":
			mode = strconv.FormatBool(!f.mountBool(o))
		}
	}
	m.ReadOnly = mode == "true" || mode == "" && m.Type != "cache" && m.Type != "tmpfs"
	f.checkMount(m)
	return m
}

// mountOption reads one field of a mount.
func (f *File) mountOption(i *Instruction, field source.Mapped) MountOption {
	text := field.Text()
	key, _, hasValue := strings.Cut(text, "=")
	o := MountOption{Key: strings.ToLower(key), HasValue: hasValue, Span: field.File()}
	if hasValue {
		o.Value = raw(field.Slice(source.Span{Start: len(key) + 1, End: len(text)}))
	}
	if o.Key == "from" {
		if at := strings.IndexByte(o.Value.Raw, '$'); at >= 0 && at != len(o.Value.Raw)-1 {
			f.errorf(BadMount, o.Value.Span, "name a stage, FROM ${…} AS name, and refer to that",
				"variables don't count in from= of a mount")
		}
		return o
	}
	o.Value = f.expand(o.Value, i.Before.Env)
	return o
}

// mountBool is the value of a field that is true or false, and true without
// one.
func (f *File) mountBool(o MountOption) bool {
	if !o.HasValue {
		return true
	}
	b, err := strconv.ParseBool(o.Value.Text)
	if err != nil && o.Value.Known {
		f.errorf(BadMount, o.Value.Span, "give true or false", "%s= of a mount can't be %q", o.Key, o.Value.Text)
	}
	return b
}

// checkMount notes fields that a mount can't have.
func (f *File) checkMount(m Mount) {
	for _, o := range m.Options {
		switch {
		case !slices.Contains(mountKeys(), o.Key):
			hint := "a mount has " + strings.Join(mountKeys(), ", ")
			if near := syntax.Nearest(o.Key, mountKeys()); near != "" {
				hint = "did you mean " + near + "?"
			}
			f.errorf(BadMount, o.Span, hint, "a mount has no %q", o.Key)
		case !o.HasValue && !slices.Contains([]string{"readonly", "ro", "readwrite", "rw", "required"}, o.Key):
			f.errorf(BadMount, o.Span, "write "+o.Key+"=value", "%s of a mount has no value", o.Key)
		case o.Key == "type" && o.Value.Known && !slices.Contains([]string{"bind", "cache", "tmpfs", "secret", "ssh"}, m.Type):
			f.errorf(BadMount, o.Value.Span, "it is one of bind, cache, tmpfs, secret, ssh", "there is no mount of type %q", o.Value.Text)
		case o.Key == "sharing" && o.Value.Known && !slices.Contains([]string{"shared", "private", "locked"}, m.Sharing):
			f.errorf(BadMount, o.Value.Span, "it is one of shared, private, locked", "a mount can't be shared as %q", o.Value.Text)
		}
	}
}

// csv splits m at commas that are not in double quotes, and takes the quotes
// around a field away.
func csv(m source.Mapped) []source.Mapped {
	var out []source.Mapped
	text := m.Text()
	for at := 0; ; {
		field, end := csvField(m, at)
		out = append(out, field)
		if end >= len(text) {
			return out
		}
		at = end + 1
	}
}

// csvField is the field that starts at offset at, and where it ends.
func csvField(m source.Mapped, at int) (source.Mapped, int) {
	text := m.Text()
	if !strings.HasPrefix(text[at:], `"`) {
		end := len(text)
		if n := strings.IndexByte(text[at:], ','); n >= 0 {
			end = at + n
		}
		return m.Slice(source.Span{Start: at, End: end}), end
	}
	var parts []source.Mapped
	from := at + 1
	for k := from; k < len(text); k++ {
		if text[k] != '"' {
			continue
		}
		parts = append(parts, m.Slice(source.Span{Start: from, End: k}))
		if k+1 < len(text) && text[k+1] == '"' {
			k++ // a doubled quote is one
			from = k
			continue
		}
		end := len(text)
		if n := strings.IndexByte(text[k:], ','); n >= 0 {
			end = k + n
		}
		return source.Concat(parts...), end
	}
	return source.Concat(append(parts, m.Slice(source.Span{Start: from, End: len(text)}))...), len(text)
}
