package dockerfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
	"schlank/source"
)

func TestReadAs(t *testing.T) {
	tests := []struct {
		name, in string
		want     []bool // which RUNs are opaque
	}{
		{"no comment", "FROM a\nRUN b\n", []bool{false}},
		{"for all stages", "# hadolint shell=powershell # why\nFROM a\nRUN b\nFROM c\nRUN d\nFROM d\nRUN e\n", []bool{true, true, true}},
		{"from here on", "FROM a\nRUN b\n#hadolint  shell = powershell.exe\nRUN c\nARG d\nENV e=f\nRUN g\nFROM h\nRUN i\n", []bool{false, true, true, false}},
		{"a SHELL ends it", "FROM a\n# hadolint shell=powershell\nRUN b\nSHELL [\"/bin/bash\", \"-c\"]\nRUN c\n", []bool{true, false}},
		{"in an ONBUILD", "FROM a\n# hadolint shell=powershell\nONBUILD RUN b\n", []bool{true}},
		{"back again", "# hadolint shell=powershell\nFROM a\n# hadolint shell=/bin/bash\nRUN b\n", []bool{false}},
		{"stages on stages", "# hadolint shell=powershell\nFROM a AS b\nFROM b\nRUN c\n", []bool{true}},
	}
	for _, tt := range tests {
		var got []bool
		for _, s := range dockerfile.Parse(source.File{Bytes: []byte(tt.in)}).Stages {
			for _, i := range s.Instructions {
				if o, ok := i.Command.(*dockerfile.Onbuild); ok {
					i = o.Trigger
				}
				if run, ok := i.Command.(*dockerfile.Run); ok {
					got = append(got, run.Script.Opaque)
				}
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}
