package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlugin(t *testing.T) {
	for _, tt := range []struct {
		args, want []string
		done       bool
	}{
		{args: []string{"schlank", "schlank"}, want: []string{"schlank", "schlank"}},
		{args: []string{"/p/docker-schlank", "schlank", "lint", "schlank"}, want: []string{"/p/docker-schlank", "lint", "schlank"}},
		{args: []string{"docker-schlank.exe", "schlank"}, want: []string{"docker-schlank.exe"}},
		{args: []string{"docker-schlank"}, want: []string{"docker-schlank"}},
		{args: []string{"docker-schlank", "docker-cli-plugin-metadata"}, want: []string{"docker-schlank", "docker-cli-plugin-metadata"}, done: true},
		{args: nil, want: nil},
	} {
		var out strings.Builder
		got, done := plugin(tt.args, &out)
		if diff := cmp.Diff(tt.want, got); diff != "" || done != tt.done {
			t.Errorf("%q: done %v, -want +got\n%s", tt.args, done, diff)
		}
		if done && (!json.Valid([]byte(out.String())) || !strings.Contains(out.String(), `"SchemaVersion":"0.1.0"`)) {
			t.Errorf("answered %q", out.String())
		}
	}
}
