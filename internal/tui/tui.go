// Package tui is the terminal explorer of `schlank inspect --interactive`:
// layers, causes, packages or big paths on the left, what is known of the
// selection below, and the tree of paths on the right, with keys as in dive.
//
// The state changes by a pure function of state and message, and the screen is
// a pure function of the state; what reads the image runs as a command. Names
// come from images and are hostile: clean makes them safe to show.
//
// It imports inspect and below, and is the only room that knows the terminal
// library.
package tui

import (
	"context"
	"errors"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"

	"schlank/inspect"
	"schlank/report"
)

// Options say what is explored and where.
type Options struct {
	// Subject is the image.
	Subject *inspect.Subject
	// Style says whether the terminal is to show colours; its width is not
	// used.
	Style report.Style
	// Extract copies a path of the image, with all below it, into a
	// directory, and says what it did.
	Extract func(ctx context.Context, path, dir string) (string, error)
	// Input and Output are the terminal.
	Input  io.Reader
	Output io.Writer
}

// Run shows the image until the user leaves or ctx ends. The terminal is as it
// was before when Run returns, whatever happened.
func Run(ctx context.Context, opt Options) error {
	m := newModel(opt.Subject, opt.Style, func(path, dir string) tea.Cmd {
		return func() tea.Msg {
			said, err := opt.Extract(ctx, path, dir)
			return extractedMsg{said: said, err: err}
		}
	})
	// The caller watches for signals and ends ctx.
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(opt.Input), tea.WithOutput(opt.Output), tea.WithoutSignalHandler())
	_, err := p.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, tea.ErrProgramPanic):
		return fmt.Errorf("exploring the image: %w", err)
	case err != nil:
		return fmt.Errorf("using the terminal: %w", err)
	}
	return nil
}
