// Package lint runs rules over Dockerfiles: it selects them, heeds the comments
// by which people leave findings be, and says what it all comes to. It is pure
// and imports rules, fix and below.
package lint

import (
	"slices"
	"time"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/fix"
	"schlank/rule"
	"schlank/rules"
	"schlank/source"
)

// Options are what to look for. Rules are named by ID, name or the ID that
// another tool has for them, in any case; naming a rule by another tool's ID
// means the part of it that the other tool has. The zero value runs all rules
// that are on by default.
type Options struct {
	// Rules are all rules there are, rules.All() if nil.
	Rules []*rule.Rule
	// All switches the rules on that are off by default, Enable those it names.
	All    bool
	Enable []string
	// Only, unless empty, are the rules to run, on or off by default.
	Only []string
	// Skip are rules not to run.
	Skip []string
	// Categories, unless empty, are those of the rules to run.
	Categories []rule.Category
	// Severity gives rules another severity.
	Severity map[string]finding.Severity
	// RequireReason demands a reason in each comment that leaves a finding be.
	RequireReason bool
	// NoComments makes such comments count for nothing.
	NoComments bool
	Settings   rule.Settings
	// Dockerfile is the circumstances of the build. The build argument
	// BUILDKIT_DOCKERFILE_CHECK means to the linter what it means to BuildKit.
	Dockerfile dockerfile.Options
	// Now is when comments with a date expire; they do not if it is zero.
	Now time.Time
}

// Linter is a selection of rules. It is not changed by its use, and can be
// used by several goroutines.
type Linter struct {
	options  Options
	known    catalogue
	enabled  []*rule.Rule
	only     []string // in normal form
	skip     []string
	severity map[string]finding.Severity
}

// New makes a linter. It fails with an *UnknownRuleError if a rule that is
// named is not there.
func New(o Options) (*Linter, error) {
	if o.Rules == nil {
		o.Rules = rules.All()
	}
	l := &Linter{options: o, known: newCatalogue(o.Rules), severity: map[string]finding.Severity{}}
	enable, err := l.known.all(o.Enable)
	if err != nil {
		return nil, err
	}
	if l.only, err = l.known.all(o.Only); err != nil {
		return nil, err
	}
	if l.skip, err = l.known.all(o.Skip); err != nil {
		return nil, err
	}
	for name, s := range o.Severity {
		if err := l.known.check(name); err != nil {
			return nil, err
		}
		l.severity[normal(name)] = s
	}
	for _, r := range o.Rules {
		if l.isEnabled(r, enable) {
			l.enabled = append(l.enabled, r)
		}
	}
	return l, nil
}

// isEnabled reports whether a rule is to run.
func (l *Linter) isEnabled(r *rule.Rule, enable []string) bool {
	if named([]string{r.ID, r.Name}, l.skip) {
		return false
	}
	names := append([]string{r.ID, r.Name}, r.Aliases...)
	if len(l.only) > 0 {
		return named(names, l.only)
	}
	if len(l.options.Categories) > 0 && !slices.Contains(l.options.Categories, r.Category) {
		return false
	}
	if r.ID == IgnoreWithoutReason && l.options.RequireReason {
		return true
	}
	return r.Off == "" || l.options.All || named(names, enable)
}

// Rules are the rules that run, in order of ID.
func (l *Linter) Rules() []*rule.Rule { return slices.Clone(l.enabled) }

// Input is a file to look at.
type Input struct {
	Source source.File
	// Context is what is known of the build context, nil for nothing.
	Context rule.Context
	// Extra are findings of others than rules, such as a shell checker. They
	// are selected by, and left be by, the aliases they have. It may be nil.
	Extra func(*dockerfile.File) []finding.Finding
}

// Result is what there is to say about a file.
type Result struct {
	File *dockerfile.File
	// Findings are in order of place.
	Findings []finding.Finding
	// Suppressed are the findings that comments say to leave be.
	Suppressed []Suppressed
}

// File looks at a file.
func (l *Linter) File(in Input) Result {
	return l.parsed(dockerfile.ParseWith(in.Source, l.options.Dockerfile), in)
}

// Fix applies the fixes of at least that safety, again and again until there
// are none left; what comments leave be is left as it is.
func (l *Linter) Fix(in Input, least finding.Safety) fix.Result {
	reading := l.options.Dockerfile
	reading.Scripts = &shellcmd.Cache{}
	return fix.All(in.Source, fix.Options{
		Parse: func(s source.File) *dockerfile.File { return dockerfile.ParseWith(s, reading) },
		Check: func(f *dockerfile.File, ids []string) []finding.Finding { return l.forSome(ids).parsed(f, in).Findings },
		Least: least,
	})
}

// forSome is a linter for the rules of some IDs, for all if there are none.
// What the rules about comments say depends on all others, so that with one of
// them nothing is left out.
func (l *Linter) forSome(ids []string) *Linter {
	if ids == nil || slices.ContainsFunc(ids, func(id string) bool { r := l.known.byID[id]; return r == nil || r.Run == nil }) {
		return l
	}
	some := *l
	some.enabled = slices.DeleteFunc(slices.Clone(l.enabled), func(r *rule.Rule) bool { return !slices.Contains(ids, r.ID) })
	return &some
}

// parsed looks at a file that has been read.
func (l *Linter) parsed(f *dockerfile.File, in Input) Result {
	found := l.run(f, in)
	if in.Extra != nil {
		found = append(found, unsaid(in.Extra(f), found)...)
	}
	found = slices.DeleteFunc(found, func(x finding.Finding) bool { return !l.selected(x) })
	return l.heed(f, found)
}

// unsaid are the findings of others that no rule has: at the same place by
// the same name.
func unsaid(extra, found []finding.Finding) []finding.Finding {
	return slices.DeleteFunc(extra, func(x finding.Finding) bool {
		return slices.ContainsFunc(found, func(f finding.Finding) bool {
			return (f.Span.Overlaps(x.Span) || f.Span.Start == x.Span.Start) && slices.ContainsFunc(x.Aliases, func(id string) bool { return slices.Contains(f.Aliases, id) })
		})
	})
}

// run is what the rules find.
func (l *Linter) run(f *dockerfile.File, in Input) []finding.Finding {
	var found []finding.Finding
	whole := rule.On(f, l.options.Settings, in.Context)
	subject := whole
	part, isFragment := l.fragment(f)
	if isFragment {
		subject = rule.On(part.file, l.options.Settings, in.Context)
	}
	for _, r := range l.enabled {
		switch {
		case r.Run == nil: // one of those that this package reports
		case isFragment && !isForm(r):
			found = append(found, part.back(subject.Run(r))...)
		default:
			found = append(found, whole.Run(r)...)
		}
	}
	return found
}

// selected reports whether a finding is asked for: a rule that is named by
// another tool's ID is asked for only as far as that goes.
func (l *Linter) selected(f finding.Finding) bool {
	names := l.namesOf(f)
	return (len(l.only) == 0 || named(names, l.only)) && !named(names, l.skip)
}

// namesOf is what a finding can be called.
func (l *Linter) namesOf(f finding.Finding) []string {
	names := append([]string{f.ID}, f.Aliases...)
	if r := l.known.byID[f.ID]; r != nil {
		names = append(names, r.Name)
	}
	return names
}
