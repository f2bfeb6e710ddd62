package image

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"schlank/internal/pkgdb/apk"
	"schlank/internal/pkgdb/composer"
	"schlank/internal/pkgdb/conda"
	"schlank/internal/pkgdb/dotnet"
	"schlank/internal/pkgdb/dpkg"
	"schlank/internal/pkgdb/golang"
	"schlank/internal/pkgdb/java"
	"schlank/internal/pkgdb/node"
	"schlank/internal/pkgdb/python"
	"schlank/internal/pkgdb/rpm"
	"schlank/internal/pkgdb/ruby"
	"schlank/internal/pkgdb/rust"
	"schlank/inventory"
)

// addPackages fills in the packages and the owners of paths.
func (s *Source) addPackages(ctx context.Context, r *result, scans []*scanned) error {
	files, err := s.databases(ctx, r, scans)
	if err != nil {
		return err
	}
	if err := s.addLoaderDirs(ctx, r, files); err != nil {
		return err
	}
	img := r.img
	add := func(pkgs []inventory.Package, unknowns []inventory.Unknown) {
		img.Packages = append(img.Packages, pkgs...)
		for _, u := range unknowns {
			u.Layer = sourceLayer(img.Tree, u)
			img.Unknowns = append(img.Unknowns, u)
		}
	}
	add(dpkg.Parse(files))
	add(apk.Parse(files))
	add(rpm.Parse(r.records(scans, lookRPM), img.Tree))
	add(conda.Parse(files))
	add(python.Parse(files, img.Tree))
	add(node.Parse(files, firstNames(img.Tree, r.records(scans, lookYarn)), img.Tree))
	add(ruby.Parse(files, img.Tree))
	add(composer.Parse(files, img.Tree))
	add(dotnet.Parse(files, img.Tree))
	add(golang.Parse(firstNames(img.Tree, r.records(scans, lookGo))))
	add(rust.Parse(firstNames(img.Tree, r.records(scans, lookRust))))
	add(java.Parse(firstNames(img.Tree, r.records(scans, lookJava))))
	slices.SortFunc(img.Packages, func(a, b inventory.Package) int {
		return cmp.Or(
			cmp.Compare(a.Type, b.Type),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.Location, b.Location),
			cmp.Compare(a.Architecture, b.Architecture),
		)
	})
	own(img)
	return nil
}

// sourceLayer returns the layer that a file with an unknown part is from: what is
// wrong with a package database is wrong in the layer that wrote it last.
func sourceLayer(tree inventory.Tree, u inventory.Unknown) int {
	p, _, _ := strings.Cut(u.Path, "!/") // inside of an archive
	if f := tree.Find(p); u.Layer < 0 && f != nil {
		return f.Layer
	}
	return u.Layer
}

// databases collects the contents of the package databases as they are in
// the final tree. Most were captured in passing.
func (s *Source) databases(ctx context.Context, r *result, scans []*scanned) (map[string][]byte, error) {
	files := map[string][]byte{}
	var again []string
	for i := range r.img.Tree {
		f := &r.img.Tree[i]
		limit := captureLimit(f.Path)
		if limit == 0 || f.Kind != inventory.KindFile && f.Kind != inventory.KindHardlink {
			continue
		}
		src := r.ref(i)
		if body, ok := scans[src.layer].bodies[src.name]; ok {
			files[f.Path] = body
		} else if captureLimit(src.name) == 0 {
			// A link of another name, or one redirected by a lower
			// layer's link. What was captured under neither name was over
			// a limit, and is listed.
			again = append(again, f.Path)
		}
	}
	more, err := s.readFiles(ctx, r, again, maxRecord)
	for p, body := range more {
		files[p] = body
	}
	return files, err
}

// firstNames drops the records of further names of a file, so that a program
// with hard links is one program.
func firstNames(tree inventory.Tree, records map[string][]byte) map[string][]byte {
	maps.DeleteFunc(records, func(p string, _ []byte) bool {
		f := tree.Find(p)
		return f == nil || f.Kind == inventory.KindHardlink
	})
	return records
}

// precedence orders the claims to one path, the strongest first: what a
// package manager brought belongs to its package, also when another one that
// works inside of it lists the path as well. What a file says of itself counts
// least.
func precedence(t inventory.PackageType) int {
	switch t {
	case inventory.Dpkg, inventory.Apk, inventory.Rpm:
		return 0
	case inventory.Conda:
		return 1
	case inventory.Python:
		return 2
	case inventory.Node, inventory.Ruby, inventory.Composer, inventory.DotNet:
		return 3
	}
	return 4
}

// own brings the packages' files into the paths of the tree, gives each path
// its owner and sums the packages up.
func own(img *inventory.Image) {
	order := make([]int, len(img.Packages))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(precedence(img.Packages[a].Type), precedence(img.Packages[b].Type))
	})
	for _, i := range order {
		p := &img.Packages[i]
		p.Files = located(img.Tree, p.Files, func(f *inventory.File) {
			if f.Owner < 0 {
				f.Owner = i
			}
		})
		p.Conffiles = located(img.Tree, p.Conffiles, func(*inventory.File) {})
	}
	ownCompiled(img)
	ownHardlinks(img)
	for i := range img.Packages {
		p := &img.Packages[i]
		for _, at := range p.Files {
			if f := img.Tree.Find(at); f != nil {
				p.Bytes += f.Size
			}
		}
	}
}

// located turns claimed paths into paths of the tree and drops directories.
func located(tree inventory.Tree, claims []string, found func(*inventory.File)) []string {
	out := claims[:0:0]
	for _, claim := range claims {
		f := tree.Locate(claim)
		switch {
		case f == nil:
			out = append(out, claim)
		case f.Kind != inventory.KindDir:
			out = append(out, f.Path)
			found(f)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ownCompiled gives the byte code that was compiled after the installation
// (Debian's packages do that) to the owner of its source.
func ownCompiled(img *inventory.Image) {
	grown := map[int]bool{}
	for i := range img.Tree {
		f := &img.Tree[i]
		dir, base := path.Split(f.Path)
		if f.Owner >= 0 || f.Kind != inventory.KindFile || !strings.HasSuffix(dir, "/__pycache__/") || !strings.HasSuffix(base, ".pyc") {
			continue
		}
		module, _, _ := strings.Cut(base, ".")
		source := img.Tree.Find(strings.TrimSuffix(dir, "__pycache__/") + module + ".py")
		if source == nil || source.Owner < 0 {
			continue
		}
		f.Owner = source.Owner
		p := &img.Packages[f.Owner]
		p.Files = append(p.Files, f.Path)
		grown[f.Owner] = true
	}
	for i := range grown {
		slices.Sort(img.Packages[i].Files)
	}
}

// ownHardlinks gives further names of a file that nobody claims to the owner
// of its first name: the bytes are the same.
func ownHardlinks(img *inventory.Image) {
	for i := range img.Tree {
		f := &img.Tree[i]
		if f.Kind != inventory.KindHardlink || f.Owner >= 0 {
			continue
		}
		if first := img.Tree.Find(f.Link); first != nil {
			f.Owner = first.Owner
		}
	}
}
