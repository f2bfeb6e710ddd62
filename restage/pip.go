package restage

import (
	"schlank/dockerfile/shellcmd"
	"schlank/dockerfile/syntax"
	"schlank/source"
	"schlank/stack/python"
)

func isComment(p syntax.Piece) bool { return p.Kind == syntax.CommentPiece }

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

// prefixEdits make every install of a command list go to a directory of its
// own.
func prefixEdits(cmds []shellcmd.Command, prefix string) []source.Edit {
	var edits []source.Edit
	for _, c := range cmds {
		in, ok, err := python.ReadInstall(c)
		if !ok || err != nil {
			continue
		}
		if in.Purpose != python.Toolchain {
			edits = append(edits, source.Insert(in.After, " --prefix="+prefix))
		}
		edits = append(edits, dropNoCache(c)...)
	}
	return edits
}
