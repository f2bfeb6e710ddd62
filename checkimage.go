package schlank

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"schlank/attribute"
	"schlank/internal/config"
	"schlank/report"
)

// CheckOptions say what an image must keep to.
type CheckOptions struct {
	InspectOptions
	// MaxDisk, MaxPull and MaxWasted are budgets in bytes, nil for none.
	MaxDisk, MaxPull, MaxWasted *int64
	// DiveCI is a file with dive's rules; the default is .dive-ci in the
	// current directory, if there is one.
	DiveCI string
}

// Checked is what became of the checks of an image.
type Checked struct {
	Name    string
	Results []CheckResult
}

// CheckResult is one check.
type CheckResult struct {
	// Check is its name: "max-disk", "lowestEfficiency".
	Check string
	// From is the file that asks for it, "" for the call.
	From string
	// Limit and Got are what may be and what is.
	Limit, Got string
	Passed     bool
	// Off says that the file switches it off.
	Off bool
}

// Passed reports whether all checks passed.
func (c *Checked) Passed() bool {
	for _, r := range c.Results {
		if !r.Passed {
			return false
		}
	}
	return true
}

// CheckImage holds an image to budgets and to dive's rules. That nothing is
// to be checked is a *UsageError: a check that checks nothing must not pass.
func CheckImage(ctx context.Context, item string, opt CheckOptions) (*Checked, error) {
	rules, from, err := diveRules(opt.DiveCI)
	if err != nil {
		return nil, err
	}
	if rules == nil && opt.MaxDisk == nil && opt.MaxPull == nil && opt.MaxWasted == nil {
		return nil, &UsageError{Msg: "there is nothing to check", Hint: "give a budget such as --max-disk 200MB, or a " + config.DiveFile + " file"}
	}
	i, err := Inspect(ctx, item, opt.InspectOptions)
	if err != nil {
		return nil, err
	}
	defer i.Close()
	out := &Checked{Name: item}
	sizes := i.Image.Sizes()
	for _, b := range []struct {
		name string
		max  *int64
		got  int64
	}{{"max-disk", opt.MaxDisk, sizes.Disk}, {"max-pull", opt.MaxPull, sizes.Pull}, {"max-wasted", opt.MaxWasted, sizes.Wasted}} {
		if b.max != nil {
			limit, got := apart(*b.max, b.got)
			out.Results = append(out.Results, CheckResult{Check: b.name, Limit: limit, Got: got, Passed: b.got <= *b.max})
		}
	}
	if rules == nil {
		return out, nil
	}
	results, err := rules.Check(attribute.Dive(i.Image))
	if err != nil {
		return nil, &UsageError{Msg: fmt.Sprintf("%s: %s", from, err)}
	}
	for _, r := range results {
		out.Results = append(out.Results, CheckResult{Check: r.Rule, From: from, Limit: r.Limit, Got: r.Got, Passed: r.Passed, Off: r.Disabled})
	}
	return out, nil
}

// apart prints two amounts so that what differs looks different.
func apart(a, b int64) (string, string) {
	x, y := report.Bytes(a), report.Bytes(b)
	if a != b && x == y {
		return fmt.Sprintf("%d B", a), fmt.Sprintf("%d B", b)
	}
	return x, y
}

// diveRules reads dive's rules, nil if there is no file. Those that it does
// not name are as dive has them.
func diveRules(file string) (*attribute.DiveRules, string, error) {
	named := file != ""
	if !named {
		file = config.DiveFile
	}
	d, err := config.LoadDive(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !named:
		return nil, "", nil
	case err != nil:
		return nil, "", &UsageError{Msg: err.Error()}
	}
	rules := attribute.DefaultDiveRules()
	return &attribute.DiveRules{
		LowestEfficiency:         cmp.Or(d.LowestEfficiency, rules.LowestEfficiency),
		HighestWastedBytes:       cmp.Or(d.HighestWastedBytes, rules.HighestWastedBytes),
		HighestUserWastedPercent: cmp.Or(d.HighestUserWastedPercent, rules.HighestUserWastedPercent),
	}, file, nil
}
