package engine_test

import (
	"os"
	"testing"

	"schlank/internal/engine/enginetest"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Main(m, programs())) }

// programs are what this test binary can be besides the tests.
func programs() map[string]func() int {
	return map[string]func() int{"build": buildOnce, "rootless": rootless, "dial-stdio": enginetest.DialStdio}
}
