package main

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

// recipe is one folder of recipes: how one image is made.
type recipe struct {
	// Name is the folder's name.
	Name string `json:"-"`
	// About says in a line what is in the image.
	About string `json:"about"`
	// Provides are the references the image answers for, the first one
	// being the one it stands in for.
	Provides []string `json:"provides"`
	// From are the recipes whose images this one's Dockerfile uses.
	From []string `json:"from"`
	// Files are files of other recipes that this one uses as well.
	Files []string `json:"files"`
	// Commands are programs this machine must have.
	Commands []string `json:"commands"`
	// Fact is a shell command whose output tells which state of this
	// machine the image depends on.
	Fact string `json:"fact"`
	// Apt gives a root file system the machine's apt sources.
	Apt bool `json:"apt"`
	// Cmd is the default command of a root file system.
	Cmd []string `json:"cmd"`

	// content are the files of the folder and those named by Files.
	content map[string]file
}

// file is a file of a recipe.
type file struct {
	data       []byte
	executable bool
}

// Names of files that mean something to this program.
const (
	recipeFile     = "recipe.yaml"
	dockerfileFile = "Dockerfile"
	rootfsFile     = "rootfs.sh"
	prepareFile    = "prepare.sh"
)

// loadRecipes reads all recipes, each after those that it is made from.
func loadRecipes(dir fs.FS) ([]*recipe, error) {
	list, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, fmt.Errorf("reading recipes: %w", err)
	}
	byName := map[string]*recipe{}
	for _, e := range list {
		if !e.IsDir() {
			continue
		}
		r, err := loadRecipe(dir, e.Name())
		if err != nil {
			return nil, fmt.Errorf("recipe %s: %w", e.Name(), err)
		}
		byName[r.Name] = r
	}
	return inOrder(byName)
}

func loadRecipe(dir fs.FS, name string) (*recipe, error) {
	r := &recipe{Name: name, content: map[string]file{}}
	text, err := fs.ReadFile(dir, path.Join(name, recipeFile))
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalStrict(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", recipeFile, err)
	}
	err = fs.WalkDir(dir, name, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return r.add(dir, p, strings.TrimPrefix(p, name+"/"))
	})
	if err != nil {
		return nil, err
	}
	for _, p := range r.Files {
		if err := r.add(dir, p, path.Base(p)); err != nil {
			return nil, err
		}
	}
	return r, r.check()
}

// add reads a file. Embedded files have lost their mode, so scripts are told
// by their first bytes.
func (r *recipe) add(dir fs.FS, p, name string) error {
	data, err := fs.ReadFile(dir, p)
	if err != nil {
		return err
	}
	r.content[name] = file{data: data, executable: strings.HasPrefix(string(data), "#!")}
	return nil
}

func (r *recipe) check() error {
	_, hasDockerfile := r.content[dockerfileFile]
	_, hasRootfs := r.content[rootfsFile]
	switch {
	case hasDockerfile == hasRootfs:
		return fmt.Errorf("it needs either a %s or a %s", dockerfileFile, rootfsFile)
	case len(r.Provides) == 0:
		return fmt.Errorf("%s: provides is empty", recipeFile)
	case r.About == "":
		return fmt.Errorf("%s: about is empty", recipeFile)
	}
	return nil
}

// isRootfs tells root file systems from images built by a Dockerfile.
func (r *recipe) isRootfs() bool {
	_, ok := r.content[rootfsFile]
	return ok
}

// inOrder sorts recipes by name, each after those that it needs.
func inOrder(byName map[string]*recipe) ([]*recipe, error) {
	var order []*recipe
	done := map[string]bool{}
	var visit func(name string, trail []string) error
	visit = func(name string, trail []string) error {
		r, ok := byName[name]
		if !ok {
			return fmt.Errorf("recipe %s needs %s, which does not exist", trail[len(trail)-1], name)
		}
		if slices.Contains(trail, name) {
			return fmt.Errorf("recipes need each other: %s", strings.Join(append(trail, name), " → "))
		}
		if done[name] {
			return nil
		}
		for _, from := range r.From {
			if err := visit(from, append(slices.Clone(trail), name)); err != nil {
				return err
			}
		}
		done[name] = true
		order = append(order, r)
		return nil
	}
	names := make([]string, 0, len(byName))
	for n := range byName {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if err := visit(n, nil); err != nil {
			return nil, err
		}
	}
	return order, uniqueReferences(order)
}

func uniqueReferences(list []*recipe) error {
	owner := map[string]string{}
	for _, r := range list {
		for _, ref := range r.Provides {
			if other, ok := owner[ref]; ok {
				return fmt.Errorf("recipes %s and %s both provide %s", other, r.Name, ref)
			}
			owner[ref] = r.Name
		}
	}
	return nil
}

// selectRecipes keeps the named recipes, by folder or by reference, and what
// they need. No names keep all.
func selectRecipes(list []*recipe, names []string) ([]*recipe, error) {
	if len(names) == 0 {
		return list, nil
	}
	wanted := map[string]bool{}
	for _, n := range names {
		i := slices.IndexFunc(list, func(r *recipe) bool { return r.Name == n || slices.Contains(r.Provides, n) })
		if i < 0 {
			return nil, fmt.Errorf("no recipe makes %q", n)
		}
		wanted[list[i].Name] = true
	}
	// What a recipe needs stands before it, so one pass backwards is enough.
	var kept []*recipe
	for _, r := range slices.Backward(list) {
		if !wanted[r.Name] {
			continue
		}
		for _, from := range r.From {
			wanted[from] = true
		}
		kept = append(kept, r)
	}
	slices.Reverse(kept)
	return kept, nil
}
