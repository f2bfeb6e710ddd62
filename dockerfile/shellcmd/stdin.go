package shellcmd

import "strings"

// maxStdin bounds scripts in the heredocs of scripts in heredocs.
const maxStdin = 4

// stdin is the script that a shell reads from a heredoc, as in bash <<EOF; nil
// if the command is no shell, or gets its script elsewhere. Where the word that
// ends the heredoc is not quoted, the outer shell puts values in first: the
// script is what is written.
func (s *Script) stdin(c *Command, e Effective, depth int) *Script {
	if e.Name == "" || !Shell(e.Name) {
		return nil
	}
	args := e.Args(Options{Values: []string{"-o", "+o", "-O", "+O", "--rcfile", "--init-file"}})
	if args.Has("-c") || len(args.Operands) > 0 && !args.Has("-s") {
		return nil
	}
	for _, r := range c.Redirs {
		if (r.FD == "" || r.FD == "0") && strings.HasPrefix(r.Op, "<<") && r.Body.Len() > 0 {
			body := r.Body
			lines := s.Text.Slice(body).Text()
			last := strings.LastIndexByte(strings.TrimSuffix(lines, "\n"), '\n') + 1
			if strings.Trim(lines[last:], "\t\n") == r.Target.Value {
				body.End = body.Start + last
			}
			return parse(s.Text.Slice(body), e.Name, depth)
		}
	}
	return nil
}
