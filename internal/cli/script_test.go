//go:build unix

package cli_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"schlank/internal/agent"
	"schlank/internal/engine/enginetest"
)

var update = flag.Bool("update", false, "write what scripts compare with anew")

// TestScripts runs testdata/script. The scripts share the engine's state and
// the agent's cache, so that what one built is cached for the next; an engine's
// state has one user at a time, so they run one after the other.
func TestScripts(t *testing.T) {
	h := &host{state: t.TempDir(), cache: t.TempDir()}
	if h.engine = h.noEngine(t); h.engine != "" {
		t.Logf("scripts that need an engine are skipped: %s", h.engine)
	}
	if h.bases = h.noBases(); h.bases != "" {
		t.Logf("scripts that need Debian bases are skipped: %s", h.bases)
	}
	testscript.RunT(serial{t}, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               h.setup,
		Condition:           h.condition,
		Cmds:                commands(),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// serial is a test whose subtests run one after the other.
type serial struct{ *testing.T }

func (serial) Parallel() {}

func (s serial) Run(name string, f func(testscript.T)) {
	s.T.Run(name, func(t *testing.T) { f(serial{t}) })
}

func (serial) Verbose() bool { return testing.Verbose() }

// host is what this machine has for the scripts.
type host struct {
	state, cache string
	small        string // base store with enginetest.Base, "" without an engine
	// engine and bases are why there are none, "" when there are.
	engine, bases string
	scripts       int // how many have begun
}

// noEngine is why no engine can run here, "" if one can. The program itself
// is asked.
func (h *host) noEngine(t *testing.T) string {
	cmd := exec.Command("schlank", "engine", "du", "--state", h.state)
	cmd.Env = append(os.Environ(), "SCHLANK_CONFIG=", "SCHLANK_ENGINE=", "SCHLANK_BASES=")
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		h.small = enginetest.Bases(t)
		return ""
	case strings.Contains(string(out), "cannot run here"):
		return strings.TrimSpace(string(out))
	}
	t.Fatalf("starting the engine: %v\n%s", err, out)
	return ""
}

// noBases is why Debian images cannot be built and asked here, "" if they can.
func (h *host) noBases() string {
	if h.engine != "" {
		return h.engine
	}
	if _, err := agent.Locate(""); err != nil {
		return err.Error() + "; run the tests with CGO_ENABLED=0"
	}
	dir := basesDir()
	index, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		return fmt.Sprintf("there is no base store: %v (run `make bases`)", err)
	}
	for _, ref := range []string{"debian:bookworm", "debian:bookworm-slim"} {
		if !strings.Contains(string(index), "/"+ref+`"`) {
			return fmt.Sprintf("the base store %s does not have %s (run `make bases`)", dir, ref)
		}
	}
	return ""
}

// basesDir is where `make bases` puts the base store.
func basesDir() string {
	if d := os.Getenv("SCHLANK_BASES"); d != "" {
		return d
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "schlank", "bases")
}

// condition answers [engine], [bases] and [root].
func (h *host) condition(name string) (bool, error) {
	switch name {
	case "engine":
		return have(h.engine)
	case "bases":
		return have(h.bases)
	case "root":
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// have is false for something that is missing, and an error when
// SCHLANK_REQUIRE_ENGINE=1 says that it is there.
func have(missing string) (bool, error) {
	if missing != "" && os.Getenv("SCHLANK_REQUIRE_ENGINE") == "1" {
		return false, errors.New("SCHLANK_REQUIRE_ENGINE=1, but " + missing)
	}
	return missing == "", nil
}

// setup gives a script its environment. NAP is a number of seconds that no
// other script sleeps, by which its processes are known.
func (h *host) setup(env *testscript.Env) error {
	h.scripts++
	env.Values[stateKey{}] = &scriptState{}
	env.Vars = append(env.Vars,
		"HOME="+filepath.Join(env.WorkDir, "home"),
		"SCHLANK_STATE="+h.state,
		"SCHLANK_BASES="+h.small,
		"XDG_CACHE_HOME="+h.cache,
		"DEBIAN="+basesDir(),
		fmt.Sprintf("NAP=9%d%03d", os.Getpid(), h.scripts),
	)
	return nil
}
