package buildcontext

import (
	"fmt"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// Ignore is the patterns of an ignore file, matched as the build matches them.
// The zero value leaves nothing out.
type Ignore struct {
	matcher *patternmatcher.PatternMatcher
}

// ParseIgnore reads the text of an ignore file.
func ParseIgnore(text string) (Ignore, error) {
	patterns, err := ignorefile.ReadAll(strings.NewReader(text))
	if err != nil {
		return Ignore{}, fmt.Errorf("reading %s: %w", IgnoreName, err)
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return Ignore{}, fmt.Errorf("reading %s: %w", IgnoreName, err)
	}
	return Ignore{m}, nil
}

// Ignored reports whether a path, or a directory that it is in, is left out.
// A path that can't be matched is not.
func (i Ignore) Ignored(path string) bool {
	if i.matcher == nil || path == "." || path == "" {
		return false
	}
	out, err := i.matcher.MatchesOrParentMatches(path)
	return err == nil && out
}
