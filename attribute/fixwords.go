package attribute

import (
	"cmp"
	"fmt"
	"strings"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/inventory"
)

// words are title, advice and safety of a sort of fix.
func (f *fixer) words(id FixID, layer int, subject string) (title, how string, safety finding.Safety) {
	switch id {
	case CleanLists:
		return "remove the package lists of " + subject + " in the RUN that fetches them", cleanLists(subject), finding.Equivalent
	case CacheMount:
		return "keep the cache of " + subject + " out of the image", cacheAdvice(subject), finding.Equivalent
	case CopyOnce:
		return "set owner and mode where files are made, not later", "COPY --chown=… --chmod=…, or chown in the RUN that makes the files", finding.Equivalent
	case StoreOnce:
		return "write files once: a later instruction stores them again", "", finding.Equivalent
	case OneInstall:
		return "install all packages in one RUN: each stores the package database again", "", finding.Equivalent
	case RemoveWhereMade:
		return "remove files in the RUN that makes them: later it only hides them", "", finding.Equivalent
	case NotCopied:
		return "leave out of the build context what is no part of the image", ".dockerignore, or COPY --exclude", finding.Equivalent
	case NoRecommends:
		return "install without recommended packages", "apt-get install --no-install-recommends", finding.Suggestion
	case MultiStage:
		return "build in a stage of its own: compilers and headers stay behind", "schlank optimize writes it", finding.Suggestion
	case ExcludeDocs:
		return "leave documentation and translations out", excludeAdvice(f.a.Image), finding.Equivalent
	case RemoveTests:
		return "leave tests out", testAdvice(f.a.copies(layer)), finding.Suggestion
	case Strip:
		return "leave debug symbols out", "", finding.Equivalent
	case NoByteCode:
		return "do not store compiled Python", "pip install --no-compile; programs start a little slower", finding.Equivalent
	case RemoveTemporary:
		return "remove temporary files in the RUN that makes them", "RUN --mount=type=tmpfs,target=/tmp", finding.Equivalent
	case LinkDuplicates:
		return "store equal files once", "link them, or copy only one of them", finding.Suggestion
	case RemoveRepository:
		return "remove the repository in the RUN that clones it", "git clone --depth 1 … && rm -rf …/.git", finding.Equivalent
	}
	return string(id), "", finding.Suggestion
}

func cleanLists(tool string) string {
	return storeAdvice(tool, pkgmgr.Lists)
}

// cacheAdvice says how the cache of a tool is kept out of an image.
func cacheAdvice(tool string) string {
	if s := storeAdvice(tool, pkgmgr.Downloads); s != "" {
		return s
	}
	return "RUN --mount=type=cache, or remove it in the RUN that fills it"
}

// storeAdvice is the mount, and the command to empty it, of a package
// manager's store; "" when there is no such store.
func storeAdvice(tool string, kind pkgmgr.StoreKind) string {
	m := pkgmgr.ByName(tool)
	if m == nil {
		return ""
	}
	for _, s := range m.Stores {
		if s.Kind != kind {
			continue
		}
		p := strings.Replace(cmp.Or(s.Mount, s.Paths[0]), "~", pkgmgr.Home(""), 1)
		text := "RUN --mount=type=cache,target=" + p
		if s.Sharing != "" {
			text += ",sharing=" + s.Sharing
		}
		if s.CleanUp != "" {
			text += ", or " + strings.NewReplacer("{program}", tool, "{path}", p).Replace(s.CleanUp) + " in the same RUN"
		}
		return text
	}
	return ""
}

func excludeAdvice(img *inventory.Image) string {
	for i := range img.Packages {
		switch img.Packages[i].Type {
		case inventory.Dpkg:
			return "path-exclude=/usr/share/{doc,man,locale}/* in /etc/dpkg/dpkg.cfg.d, before installing"
		case inventory.Rpm:
			return "dnf install --nodocs"
		}
	}
	return ""
}

func testAdvice(copied bool) string {
	if copied {
		return ".dockerignore, or COPY --exclude"
	}
	return "remove them in the RUN that installs them"
}

// slimBase is the fix of a base that has a slim sibling, or that holds what
// only building needs; nil when there is nothing to gain.
func (a *Attribution) slimBase() *Fix {
	var base, build Sum
	for i := range a.Items {
		it := &a.Items[i]
		if int(it.Layer) >= a.Base.Layers {
			continue
		}
		base.add(it.Sum())
		if it.Package >= 0 && !it.Kind.Wasted() && forBuilding(&a.Image.Packages[it.Package]) {
			build.add(it.Sum())
		}
	}
	slim := a.opt.Slim
	x := &Fix{ID: SlimBase, Title: "start from a smaller base image", Safety: finding.Suggestion, Basis: finding.Estimated, Sum: build}
	if slim != nil {
		x.Title = fmt.Sprintf("start from %s instead of %s", slim.Ref, a.from()[len("`FROM "):len(a.from())-1])
		if slim.Sizes != nil {
			x.Basis = finding.Measured
			x.Sum = Sum{Disk: base.Disk - slim.Sizes.Disk, Pull: base.Pull - slim.Sizes.Pull}
		}
	}
	if x.Disk <= 0 {
		return nil
	}
	x.Adds = x.Sum
	return x
}
