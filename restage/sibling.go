package restage

import (
	"strings"

	"schlank/siblings"
)

// siblingRef is the sibling as the Dockerfile should name it: with the
// variables of the original reference where that comes to the same.
func siblingRef(in Input) string {
	base := root(in).Base
	if !strings.Contains(base.Raw, "$") || in.Sibling.Slim {
		if in.Sibling.Slim {
			return base.Raw
		}
		return in.Sibling.Ref
	}
	name, tag := siblings.Split(base.Raw)
	plainName, plainTag := siblings.Split(base.Text)
	siblingName, siblingTag := siblings.Split(in.Sibling.Ref)
	if plainName == siblingName && plainTag != "" && strings.HasPrefix(siblingTag, plainTag+"-") && wholeVariables(name) && wholeVariables(tag) {
		return name + ":" + tag + strings.TrimPrefix(siblingTag, plainTag)
	}
	return in.Sibling.Ref
}

// wholeVariables reports whether cutting a reference at its colon has not cut
// a ${variable:-default}.
func wholeVariables(s string) bool { return strings.Count(s, "{") == strings.Count(s, "}") }
