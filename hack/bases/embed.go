package main

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed recipes
var recipeFiles embed.FS

// embeddedRecipes is the folder of recipes this program was compiled with.
func embeddedRecipes() (fs.FS, error) {
	dir, err := fs.Sub(recipeFiles, "recipes")
	if err != nil {
		return nil, fmt.Errorf("opening the recipes: %w", err)
	}
	return dir, nil
}
