package python

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/source"
)

// Start tells the command that starts an application from an image's
// ENTRYPOINT and CMD. wrapped says that the ENTRYPOINT is a program of its
// own that starts what CMD says, as an entrypoint script does.
func Start(entrypoint, cmd []string) (command []string, wrapped bool) {
	cmd = unwrapShell(cmd)
	if len(entrypoint) == 0 {
		return cmd, false
	}
	if own := unwrapShell(entrypoint); len(own) > 0 && server(own[0]) {
		if !slices.Equal(own, entrypoint) {
			return own, false // the shell form takes no arguments
		}
		return append(slices.Clone(own), cmd...), false
	}
	return cmd, true
}

// server reports a program that runs applications itself.
func server(program string) bool {
	name := path.Base(program)
	return pythonName.MatchString(name) || slices.Contains([]string{"gunicorn", "uvicorn", "flask", "daphne", "hypercorn", "waitress-serve"}, name)
}

// unwrapShell is the words of a single command in shell form, when they are
// known without running it; other commands stay as they are.
func unwrapShell(cmd []string) []string {
	if len(cmd) != 3 || cmd[1] != "-c" || !shellcmd.Shell(path.Base(cmd[0])) {
		return cmd
	}
	text := []byte(cmd[2])
	s := shellcmd.Parse(source.Verbatim(text, source.Span{End: len(text)}), path.Base(cmd[0]))
	if len(s.Commands) != 1 || len(s.Steps) != 1 || len(s.Problems) > 0 || s.Steps[0].Next != shellcmd.End {
		return cmd
	}
	c := s.Commands[0]
	e := c.Effective()
	if len(c.Within)+len(c.Assigns)+len(c.Redirs) > 0 || c.Negated || e.Name == "" ||
		slices.ContainsFunc(e.Wrappers, func(w string) bool { return w != "exec" }) {
		return cmd
	}
	var words []string
	for _, w := range e.Words {
		if !w.Static || w.Glob {
			return cmd
		}
		words = append(words, w.Value)
	}
	return words
}

// DevCommand starts the application with live reload on the port, and under
// the remote debugger when debugpy is among the development packages. ok is
// false when the command that runs in production shows no way to reload.
func (p Project) DevCommand(cmd, devPackages []string, port string) (args []string, ok bool) {
	if len(cmd) > 2 && pythonName.MatchString(path.Base(cmd[0])) && cmd[1] == "-m" && server(cmd[2]) {
		cmd = cmd[2:]
	}
	switch {
	case p.Django():
		args = []string{"manage.py", "runserver", "0.0.0.0:" + port}
	case len(cmd) > 0 && path.Base(cmd[0]) == "uvicorn":
		args = append(append([]string{"-m", "uvicorn"}, without(cmd[1:], "--workers", "--host")...), "--host=0.0.0.0", "--reload")
	case len(cmd) > 0 && path.Base(cmd[0]) == "gunicorn":
		// gunicorn has no "python -m" form that debugpy can follow into its
		// workers; it reloads by itself, unless it loads before it forks.
		keep := slices.DeleteFunc(slices.Clone(cmd), func(a string) bool { return a == "--preload" })
		return append(keep, "--reload"), true
	case len(cmd) > 0 && path.Base(cmd[0]) == "flask":
		args = append(append([]string{"-m", "flask", "--debug"}, without(cmd[1:], "--host", "--port", "-h", "-p")...), "--host=0.0.0.0", "--port="+port)
	case len(cmd) > 1 && pythonName.MatchString(path.Base(cmd[0])):
		// A plain script: debugpy helps, reloading needs watchdog's watchmedo.
		if !slices.Contains(devPackages, "watchdog") {
			return nil, false
		}
		return append([]string{"watchmedo", "auto-restart", "--patterns=*.py", "--recursive", "--"}, cmd...), true
	default:
		return nil, false
	}
	if slices.Contains(devPackages, "debugpy") {
		return append([]string{"python", "-m", "debugpy", "--listen", "0.0.0.0:" + DebugPort}, args...), true
	}
	return append([]string{"python"}, args...), true
}

// without drops flags with their values.
func without(args []string, flags ...string) []string {
	var keep []string
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(args[i], "=")
		if !slices.Contains(flags, name) {
			keep = append(keep, args[i])
		} else if !joined {
			i++
		}
	}
	return keep
}

// DebugPort is the port of debugpy's own documentation.
const DebugPort = "5678"
