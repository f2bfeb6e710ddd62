package calls

import (
	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/rule"
)

// ListsUsedAfter reports whether a later RUN of the stage, or of one that
// starts from it, looks packages up in the lists that a manager has fetched
// before.
func ListsUsedAfter(p *rule.Pass, i *dockerfile.Instruction, m *pkgmgr.Manager) bool {
	after := false
	for next := range p.Instructions() {
		if next == i {
			after = true
			continue
		}
		if after && inherits(next.Stage, i.Stage) && InstallsFromLists(p, next, m) != nil {
			return true
		}
	}
	return false
}

// inherits reports whether a stage is another, or starts from it.
func inherits(s, from *dockerfile.Stage) bool {
	for ; s != nil; s = s.Parent {
		if s == from {
			return true
		}
	}
	return false
}

// InstallsFromLists is the first call in a RUN that looks packages up without
// fetching the lists before, nil if there is none.
func InstallsFromLists(p *rule.Pass, i *dockerfile.Instruction, m *pkgmgr.Manager) *Call {
	for _, c := range Of(p, i) {
		if c.Manager != m {
			continue
		}
		switch c.Verb {
		case pkgmgr.Update:
			return nil
		case pkgmgr.Install, pkgmgr.Upgrade, pkgmgr.DistUpgrade, pkgmgr.Download:
			return &c
		}
	}
	return nil
}

// Needless reports an apk update that only calls with --no-cache follow, in
// its stage and those that start from it: they do without the lists.
func Needless(p *rule.Pass, c Call) bool {
	if c.Manager.Name != "apk" || c.Verb != pkgmgr.Update || c.Has(pkgmgr.NoCache) {
		return false
	}
	after, found := false, false
	for _, later := range All(p) {
		if later.In == c.In && later.Script == c.Script && later.Index == c.Index {
			after = true
			continue
		}
		if !after || later.Manager != c.Manager || !inherits(later.In.Stage, c.In.Stage) || later.Verb == pkgmgr.Remove {
			continue
		}
		if !later.Has(pkgmgr.NoCache) {
			return false
		}
		found = true
	}
	return found
}
