package probe

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"schlank/engine"
	"schlank/internal/agent"
	"schlank/internal/engine/driver"
	"schlank/internal/engine/enginetest"
	"schlank/inventory"
)

// lab builds images and records their answers on the test engine.
type lab struct {
	t   *testing.T
	e   *driver.Driver
	dir string // the agent
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, e: enginetest.Engine(t)}
	exe, err := agent.Locate("")
	if err != nil {
		t.Fatal(err)
	}
	if l.dir, err = agent.Stage(exe, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	return l
}

// subject is a built image.
type subject struct {
	image engine.ImageRef
	cfg   inventory.Config
}

func (l *lab) build(dockerfile string, files map[string]string) subject {
	l.t.Helper()
	res := enginetest.Build(l.t, l.e, enginetest.Project(l.t, dockerfile, files))
	c := enginetest.ReadImage(l.t, res.Image).Config
	cfg := inventory.Config{
		Architecture: c.Architecture, Env: c.Config.Env, User: c.Config.User,
		Entrypoint: c.Config.Entrypoint, Cmd: c.Config.Cmd, WorkingDir: c.Config.WorkingDir,
	}
	for p := range c.Config.ExposedPorts {
		cfg.ExposedPorts = append(cfg.ExposedPorts, p)
	}
	sort.Strings(cfg.ExposedPorts)
	return subject{image: res.Image, cfg: cfg}
}

func (l *lab) record(s subject, probes []Probe, opts Options) *Recording {
	l.t.Helper()
	opts.AgentDir = l.dir
	if opts.StartTimeout == 0 {
		opts.StartTimeout = 10 * time.Second
	}
	if opts.Observe == 0 {
		opts.Observe = 2 * time.Second
	}
	rec, err := Record(enginetest.Context(l.t), l.e, s.image, s.cfg, probes, opts)
	if err != nil {
		l.t.Fatal(err)
	}
	return rec
}

// serviceFile is the service of the tests in an image; the program is in the
// agent's mount.
const serviceFile = `FROM scratch
COPY . /srv/
EXPOSE 8000
ENTRYPOINT ["/.schlank/schlank", "__service", ":8000"]
`

func serviceFiles() map[string]string {
	return map[string]string{
		"about.html": "<h1>About</h1>\n<img src='missing.png'>\n<a href=/deep>deep</a>\n",
		"style.css":  "body { color: teal }\n",
	}
}

// shorts is name → short answer.
func shorts(rec *Recording) map[string]string {
	m := map[string]string{}
	for i, p := range rec.Probes {
		m[p.Name()] = rec.Answers[i].Short
	}
	return m
}

func TestRecordService(t *testing.T) {
	l := newLab(t)
	baseline := l.build(serviceFile, serviceFiles())
	first := l.record(baseline, Plan(baseline.cfg, nil), Options{Discover: DefaultDiscover})
	want := map[string]string{
		"start":                          "keeps running",
		"TCP :8000":                      "open",
		"GET :8000/":                     "200 text/html",
		"GET :8000/about":                "200 text/html 62 bytes",
		"GET :8000/deep":                 "404 text/plain 19 bytes",
		"GET :8000/missing.png":          "404 text/plain 19 bytes",
		"GET :8000/old?x=1&y=2":          "302 to /about",
		"GET :8000/schlank-no-such-page": "404 text/plain 19 bytes",
		"GET :8000/style.css":            "200 text/css 21 bytes",
	}
	got := shorts(first)
	got["GET :8000/"] = strings.Join(strings.Fields(got["GET :8000/"])[:2], " ") // its length is volatile
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s\n%s", diff, first.Stderr)
	}

	// Two recordings at once use the same port and do not meet.
	var second, same *Recording
	var wg sync.WaitGroup
	wg.Go(func() { second = l.record(baseline, first.Probes, Options{}) })
	wg.Go(func() { same = l.record(baseline, first.Probes, Options{}) })
	wg.Wait()
	if second == nil || same == nil {
		return
	}
	if j := Judge(first, second, same); j.Verdict != Same {
		t.Errorf("the same image is judged %s: %+v", j.Verdict, j.Results)
	}
	changed, missing := serviceFiles(), serviceFiles()
	changed["about.html"] = strings.Replace(changed["about.html"], "About", "Above", 1)
	delete(missing, "style.css")
	tests := []struct {
		name  string
		files map[string]string
		want  []string // probe: difference
	}{
		{"changed", changed, []string{`GET :8000/about: body line 1: "<h1>Above</h1>", was "<h1>About</h1>"`}},
		{"missing", missing, []string{`GET :8000/style.css: status: "404", was "200"`}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			candidate := l.build(serviceFile, tc.files)
			j := Judge(first, second, l.record(candidate, first.Probes, Options{}))
			var got []string
			for _, r := range j.Results {
				if !r.Same {
					got = append(got, r.Probe+": "+r.Difference)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || j.Verdict != Different {
				t.Errorf("%s (-want +got):\n%s", j.Verdict, diff)
			}
		})
	}
}

func TestRecord(t *testing.T) {
	l := newLab(t)
	tests := []struct {
		name       string
		dockerfile string
		health     []string
		user       []Probe
		opts       Options
		want       map[string]string
	}{
		{
			name:       "port that never answers",
			dockerfile: "FROM busybox\nEXPOSE 9000\nCMD [\"sleep\", \"1000\"]\n",
			opts:       Options{StartTimeout: time.Second},
			want:       map[string]string{"start": "keeps running", "TCP :9000": "no answer within 1 s", "GET :9000/": "no answer within 1 s"},
		},
		{
			name:       "slow start",
			dockerfile: "FROM scratch\nEXPOSE 9000\nENTRYPOINT [\"/.schlank/schlank\", \"__service\", \":9000\", \"1500ms\"]\n",
			want:       map[string]string{"start": "keeps running", "TCP :9000": "open", "GET :9000/old": "302 to /about", "GET :9000/": "200 text/html"},
			user:       []Probe{HTTP{Path: "/old"}},
		},
		{
			name:       "early exit",
			dockerfile: "FROM busybox\nEXPOSE 9000\nCMD echo going; echo no database >&2; exit 3\n",
			user:       []Probe{Command{Shell: "echo $FROM_BASE"}},
			want: map[string]string{
				"start": "exit 3: no database", "TCP :9000": "no answer: the container exited with code 3",
				"GET :9000/": "no answer: the container exited with code 3", "cmd: echo $FROM_BASE": "exit 0: yes",
			},
		},
		{
			name:       "command line tool",
			dockerfile: "FROM busybox\nCMD [\"echo\", \"usage: tool\"]\n",
			want:       map[string]string{"start": "exit 0: usage: tool"},
		},
		{
			name:       "no start command",
			dockerfile: "FROM scratch\nCOPY Dockerfile /\n",
			user:       []Probe{Command{Shell: "ls"}},
			want:       map[string]string{"start": "cannot start: the image has neither ENTRYPOINT nor CMD", "cmd: ls": "cannot start: /bin/sh: no such file or directory"},
		},
		{
			name:       "no such command",
			dockerfile: "FROM busybox\nCMD [\"/gone\"]\n",
			want:       map[string]string{"start": `exit 1: `},
		},
		{
			name:       "no such user",
			dockerfile: "FROM busybox\nUSER ghost\nCMD [\"sleep\", \"1000\"]\n",
			user:       []Probe{Command{Shell: "true"}},
			want:       map[string]string{"start": "cannot start: ", "cmd: true": "no answer: cannot start: "},
		},
		{
			name:       "healthcheck becomes healthy",
			dockerfile: "FROM busybox\nCMD sleep 1; touch /tmp/ready; sleep 1000\n",
			health:     []string{"CMD-SHELL", "test -e /tmp/ready && echo fine"},
			want:       map[string]string{"start": "keeps running", "HEALTHCHECK": "exit 0: fine"},
		},
		{
			name:       "unhealthy",
			dockerfile: "FROM busybox\nCMD [\"sleep\", \"1000\"]\n",
			health:     []string{"CMD", "sh", "-c", "echo ill; exit 1"},
			opts:       Options{StartTimeout: time.Second},
			want:       map[string]string{"start": "keeps running", "HEALTHCHECK": "exit 1: ill"},
		},
		{
			name:       "user, directory and environment",
			dockerfile: "FROM busybox\nUSER nobody\nWORKDIR /tmp\nENV A=1 B=1\nCMD [\"sleep\", \"1000\"]\n",
			user:       []Probe{Command{Shell: "id -un; pwd; echo $A$B >&2; exit 4"}, Command{Args: []string{"sh", "-c", "echo $(id -un) $(pwd) $A$B"}}},
			opts:       Options{Env: []string{"B=2"}},
			want: map[string]string{
				"start": "keeps running", "cmd: id -un; pwd; echo $A$B >&2; exit 4": "exit 4: 12",
				`cmd: ["sh" "-c" "echo $(id -un) $(pwd) $A$B"]`: "exit 0: nobody /tmp 12",
			},
		},
		{
			name:       "another user",
			dockerfile: "FROM busybox\nCMD [\"sleep\", \"1000\"]\n",
			user:       []Probe{Command{Shell: "id -u"}},
			opts:       Options{User: "1234"},
			want:       map[string]string{"start": "keeps running", "cmd: id -u": "exit 0: 1234"},
		},
		{
			name:       "command that hangs",
			dockerfile: "FROM busybox\nCMD [\"sleep\", \"1000\"]\n",
			user:       []Probe{Command{Shell: "sleep 1000 & sleep 1000"}, Command{Shell: "ps -o args | grep -c ^sleep"}},
			opts:       Options{Timeout: time.Second},
			want: map[string]string{"start": "keeps running", "cmd: sleep 1000 & sleep 1000": "still running after 1 s",
				"cmd: ps -o args | grep -c ^sleep": "exit 0: 1"},
		},
		{
			name:       "no port to ask",
			dockerfile: "FROM busybox\nCMD [\"true\"]\n",
			user:       []Probe{HTTP{Path: "/x"}},
			want:       map[string]string{"start": "exit 0", "GET /x": "no port: the image exposes none (write http://:PORT/x)"},
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel() // most of the time is waiting
			l := &lab{t, l.e, l.dir}
			s := l.build(tc.dockerfile, map[string]string{"Dockerfile": tc.dockerfile})
			if tc.health != nil {
				s.cfg.Healthcheck = &inventory.Healthcheck{Test: tc.health}
			}
			got := shorts(l.record(s, Plan(s.cfg, tc.user), tc.opts))
			for name, short := range tc.want {
				if strings.HasSuffix(short, ": ") || strings.HasPrefix(short, "200 ") { // the rest is not ours, or volatile
					got[name] = got[name][:min(len(short), len(got[name]))]
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRecordCancelled ends a recording in the middle and looks for what is
// left of it.
func TestRecordCancelled(t *testing.T) {
	l := newLab(t)
	s := l.build("FROM busybox\nEXPOSE 9000\nCMD [\"sleep\", \"98765\"]\n", nil)
	ctx, cancel := context.WithCancelCause(enginetest.Context(t))
	stop := errors.New("enough")
	go func() {
		enginetest.Eventually(t, "the container starts", func() bool { return running("sleep\x0098765") })
		cancel(stop)
	}()
	_, err := Record(ctx, l.e, s.image, s.cfg, Plan(s.cfg, nil), Options{AgentDir: l.dir})
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	enginetest.Eventually(t, "the container ends", func() bool { return !running("sleep\x0098765") && !running(agent.Dir) })
}

// broken is an engine whose containers all fail.
type broken struct{}

// errBroken is the failure.
var errBroken = errors.New("the engine is on fire")

func (broken) Run(context.Context, engine.RunRequest) (engine.Container, error) {
	return broken{}, nil
}
func (broken) Exec(context.Context, engine.Process) (engine.Proc, error) { return nil, errBroken }
func (broken) Init() engine.Proc                                         { return broken{} }
func (broken) Stop(context.Context, time.Duration) error                 { return nil }
func (broken) Signal(context.Context, engine.Signal) error               { return nil }
func (broken) Wait(context.Context) (engine.ExitStatus, error) {
	return engine.ExitStatus{}, errBroken
}

// TestRecordBrokenEngine checks that an engine's failure is not taken for an
// answer.
func TestRecordBrokenEngine(t *testing.T) {
	cfg := inventory.Config{Cmd: []string{"x"}, ExposedPorts: []string{"80/tcp"}}
	rec, err := Record(t.Context(), broken{}, engine.ImageRef{}, cfg, Plan(cfg, nil), Options{AgentDir: "x"})
	if !errors.Is(err, errBroken) {
		t.Errorf("got %+v, %v", rec, err)
	}
}

// running says whether a process of this machine has the words in its command
// line.
func running(words string) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && strings.Contains(string(b), words) {
			return true
		}
	}
	return false
}
