package restage

import (
	"slices"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/source"
	"schlank/stack/python"
)

// isPip reports whether a command is a pip install of any kind.
func isPip(c shellcmd.Command) bool {
	_, ok, _ := python.ReadInstall(c)
	return ok
}

// dropNoCache removes --no-cache-dir, which a cache mount contradicts, with
// the blank before it.
func dropNoCache(c shellcmd.Command) []source.Edit {
	var edits []source.Edit
	for k, w := range c.Words {
		if k > 0 && w.Value == "--no-cache-dir" {
			edits = append(edits, source.Delete(source.Span{Start: c.Words[k-1].Orig.End, End: w.Orig.End}))
		}
	}
	return edits
}

// prefixEdits make every install of a RUN go to a directory of its own.
// path, when not empty, is where an install finds what earlier ones have put
// there.
func prefixEdits(run *dockerfile.Run, prefix, path string) []source.Edit {
	var edits []source.Edit
	for _, c := range run.Script.Commands {
		in, ok, err := python.ReadInstall(c)
		if !ok || err != nil {
			continue
		}
		if in.Purpose != python.Toolchain {
			edits = append(edits, source.Insert(in.After, " --prefix="+prefix))
			if path != "" {
				edits = append(edits, source.Insert(c.Orig.Start, "PYTHONPATH="+path+" "))
			}
		}
		edits = append(edits, dropNoCache(c)...)
	}
	return edits
}

// pipMount keeps downloaded and built wheels between builds.
const pipMount = "--mount=type=cache,target=/root/.cache/pip"

// cachesPip reports whether a cache mount would help the pip commands of an
// instruction: it runs as root, whose home holds the cache, and nothing else
// is said about caching.
func cachesPip(i *dockerfile.Instruction, run *dockerfile.Run) bool {
	if _, off := i.Before.Env.Get("PIP_NO_CACHE_DIR"); off {
		return false
	}
	if _, moved := i.Before.Env.Get("PIP_CACHE_DIR"); moved {
		return false
	}
	return run.Script != nil && !run.JSON && len(run.Mounts) == 0 && rootState(i) && slices.ContainsFunc(run.Script.Commands, isPip)
}

// mountEdit adds the mount to a RUN.
func (w *writer) mountEdit(i *dockerfile.Instruction, run *dockerfile.Run) source.Edit {
	text := " " + pipMount
	if !run.Heredoc && len(i.Flags) == 0 && len(i.Args.Text()) > 0 {
		text += w.continuation
		return source.Edit{Span: source.Span{Start: i.AfterKeyword(), End: i.Args.File().Start}, New: text}
	}
	return source.Insert(i.AfterKeyword(), text)
}

// pipCacheEdits add the mount to a RUN that calls pip and says nothing about
// caching; nil for other instructions.
func (w *writer) pipCacheEdits(i *dockerfile.Instruction) []source.Edit {
	run, ok := i.Command.(*dockerfile.Run)
	if !ok || !cachesPip(i, run) {
		return nil
	}
	edits := []source.Edit{w.mountEdit(i, run)}
	for _, c := range run.Script.Commands {
		if isPip(c) {
			edits = append(edits, dropNoCache(c)...)
		}
	}
	return edits
}
