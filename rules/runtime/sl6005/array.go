package sl6005

import (
	"bytes"
	"encoding/json"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/rules/runtime/start"
	"schlank/source"
)

// array makes a JSON array of a command line: each word becomes a string where
// it stands, so that line breaks and comments stay. It is false when the shell
// does more than to start one program.
func array(e *dockerfile.Exec) ([]source.Edit, bool) {
	if e.Script == nil || e.Script.Opaque || len(e.Script.Problems) > 0 || len(e.Script.Commands) != 1 || len(e.Script.Steps) != 1 {
		return nil, false
	}
	c := e.Script.Commands[0]
	words := c.Words
	if len(words) > 1 && words[0].Text == "exec" {
		words = words[1:]
	}
	if !plain(c) || len(words) == 0 || start.IsBuiltin(words[0].Value) {
		return nil, false
	}
	from := c.Words[0].Orig.Start
	var edits []source.Edit
	for k, w := range words {
		text, ok := quoted(w)
		if !ok {
			return nil, false
		}
		span := w.Orig
		if k == 0 {
			text, span.Start = "["+text, from
		}
		if k == len(words)-1 {
			text += "]"
		} else {
			text += ","
		}
		edits = append(edits, source.Edit{Span: span, New: text})
	}
	return edits, true
}

// plain reports whether a command is a program with its arguments and nothing
// else.
func plain(c shellcmd.Command) bool {
	return len(c.Assigns) == 0 && len(c.Redirs) == 0 && len(c.Within) == 0 && !c.Negated && !c.Piped && c.Next == shellcmd.End
}

// quoted is a word as a JSON string; false when only the shell knows its value.
func quoted(w shellcmd.Word) (string, bool) {
	if !w.Static || w.Glob {
		return "", false
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(w.Value); err != nil {
		return "", false
	}
	return string(bytes.TrimSpace(b.Bytes())), true
}
