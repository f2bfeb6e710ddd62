package python

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile/shellcmd"
	"schlank/inventory"
	"schlank/source"
)

var installCases = []struct {
	command   string
	ok        bool
	err       string
	purpose   Purpose
	manifests []string
	names     []string
}{
	{"pip install flask", true, "", Production, nil, []string{"flask"}},
	{"pip3.11 install -r requirements.txt", true, "", Production, []string{"requirements.txt"}, nil},
	{"python -m pip install -rreq/prod.txt -c constraints.txt", true, "", Production, []string{"req/prod.txt", "constraints.txt"}, nil},
	{"/usr/local/bin/pip install 'uvicorn[standard]>=0.3'", true, "", Production, nil, []string{"uvicorn[standard]>=0.3"}},
	{"pip install --upgrade pip setuptools wheel", true, "", Toolchain, nil, []string{"pip", "setuptools", "wheel"}},
	{"pip install -U pip gunicorn", true, "", Production, nil, []string{"pip", "gunicorn"}},
	{"pip install -r requirements-dev.txt", true, "", Development, []string{"requirements-dev.txt"}, nil},
	{"pip install -r requirements/test.txt pytest", true, "", Development, []string{"requirements/test.txt"}, []string{"pytest"}},
	{"pip install -r device.txt", true, "", Production, []string{"device.txt"}, nil},
	{"pip install pytest_cov black==24", true, "", Development, nil, []string{"pytest_cov", "black==24"}},
	{"pip install --index-url https://user@host/simple flask", true, "", Production, nil, []string{"flask"}},
	{"sudo pip install flask", true, "", Production, nil, []string{"flask"}},
	{"pip install .", true, "path or address", 0, nil, nil},
	{"pip install ./lib", true, "path or address", 0, nil, nil},
	{"pip install git+https://host/x", true, "path or address", 0, nil, nil},
	{"pip install $PACKAGES", true, "path or address", 0, nil, nil},
	{"pip install -e .", true, "editable", 0, nil, nil},
	{"pip install --target=/x flask", true, "where to install", 0, nil, nil},
	{"pip install --user flask", true, "where to install", 0, nil, nil},
	{"pip install -r $FILE", true, "at run time", 0, nil, nil},
	{"pip install -r https://host/r.txt", true, "at run time", 0, nil, nil},
	{"pip download flask", false, "", 0, nil, nil},
	{"python -m venv x", false, "", 0, nil, nil},
	{"pipenv install flask", false, "", 0, nil, nil},
	{"echo pip install flask", false, "", 0, nil, nil},
}

func parse(text string) []shellcmd.Command {
	return shellcmd.Parse(source.Verbatim([]byte(text), source.Span{End: len(text)}), "sh").Commands
}

func TestReadInstall(t *testing.T) {
	for _, c := range installCases {
		in, ok, err := ReadInstall(parse(c.command)[0])
		if ok != c.ok || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v, %v", c.command, ok, err)
			continue
		}
		if err != nil || !ok {
			continue
		}
		want := Install{Purpose: c.purpose, Manifests: c.manifests, Names: c.names, After: in.After}
		if diff := cmp.Diff(want, in); diff != "" {
			t.Errorf("%s:\n%s", c.command, diff)
		}
		if !strings.HasSuffix(c.command[:in.After], "install") {
			t.Errorf("%s: a flag would go after %q", c.command, c.command[:in.After])
		}
	}
}

// FuzzReadInstall holds that a flag can be put after "install" of whatever
// is read as one.
func FuzzReadInstall(f *testing.F) {
	for _, c := range installCases {
		f.Add(c.command)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip()
		}
		for _, c := range parse(text) {
			in, ok, err := ReadInstall(c)
			if !ok || err != nil {
				continue
			}
			again := parse(text[:in.After] + " --prefix=/p" + text[in.After:])
			found := false
			for _, c := range again {
				_, ok, err := ReadInstall(c)
				found = found || ok && err != nil
			}
			if !found {
				t.Errorf("%q: nothing is told where to install after %d", text, in.After)
			}
		}
	})
}

func TestIncludes(t *testing.T) {
	files := map[string]string{
		"requirements/prod.txt": "-r base.txt\n--constraint=../constraints.txt # why\ngunicorn\n",
		"requirements/base.txt": "\ufeffflask\n-rmissing.txt\n-c https://host/c.txt\n-r prod.txt\n",
		"constraints.txt":       "",
	}
	read := func(n string) ([]byte, bool) { b, ok := files[n]; return []byte(b), ok }
	got, missing := Includes("requirements/prod.txt", read)
	if diff := cmp.Diff([]string{"requirements/prod.txt", "requirements/base.txt", "constraints.txt"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"requirements/missing.txt"}, missing); diff != "" {
		t.Error(diff)
	}
}

func TestRequirements(t *testing.T) {
	text := "\ufeffDjango==4.2 \\\n    --hash=sha256:00\n# no\n-r x.txt\n\nzope.interface ; python_version < '4'\npsycopg2_binary[pool]>=2\n" + strings.Repeat("#", 100000) + "\nlast\n"
	if diff := cmp.Diff([]string{"django", "zope-interface", "psycopg2-binary", "last"}, Requirements([]byte(text))); diff != "" {
		t.Error(diff)
	}
}

func TestLocalRequirement(t *testing.T) {
	for line, local := range map[string]bool{
		"flask": false, "flask>=2 # ./x": false, "-e .": true, "--editable=./lib": true, "./lib": true, "../lib": true, ".": true, "/opt/lib": true,
		"lib @ file:///x": true, "lib @ https://host/x.tar.gz": false, "git+https://host/x": false, "wheels/x.whl": true, "x.tar.gz": true, "# ./x": false,
		"-r base.txt": false, "--extra-index-url https://host/": false,
	} {
		if got := LocalRequirement([]byte("six\n" + line + "\n")); (got != "") != local {
			t.Errorf("%q: %q", line, got)
		}
	}
}

// FuzzRequirements reads manifests of any content.
func FuzzRequirements(f *testing.F) {
	f.Add([]byte("-r base.txt\nDjango==4\n-e .\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, n := range Requirements(b) {
			if n == "" || n != Normalize(n) || strings.ContainsAny(n, " \t\n/") {
				t.Errorf("%q", n)
			}
		}
		for _, r := range references(b) {
			if r == "" || strings.ContainsAny(r, ":\n") {
				t.Errorf("%q", r)
			}
		}
		files, missing := Includes("a", func(n string) ([]byte, bool) { return b, len(n) < 9 })
		if len(files) == 0 || files[0] != "a" || len(missing) > 0 && missing[0] == "" {
			t.Errorf("%q, %q", files, missing)
		}
		LocalRequirement(b)
	})
}

func project(files ...string) Project {
	return Project{Files: files, Read: func(name string) ([]byte, bool) {
		for _, f := range files {
			if f == name && name == "manage.py" {
				return []byte("import django"), true
			}
		}
		return nil, false
	}}
}

func TestDevManifest(t *testing.T) {
	for want, files := range map[string][]string{
		"requirements-dev.txt":     {"requirements-dev.txt", "requirements.txt", "sub/requirements-test.txt"},
		"requirements/test.txt":    {"requirements/prod.txt", "requirements/test.txt"},
		"":                         {"requirements.txt", "dev.txt", "requirements/base.txt", "tests/data.txt"},
		"dev-requirements.txt":     {"dev-requirements.txt"},
		"requirements_testing.txt": {"requirements_testing.txt"},
	} {
		if got := project(files...).DevManifest(); got != want {
			t.Errorf("%q: %q, want %q", files, got, want)
		}
	}
}

func TestTestPaths(t *testing.T) {
	p := project("manage.py", "app/tests.py", "app/tests/test_a.py", "app/tests/data/x", "app/contest.py", "test_b.py", "b_test.py", "conftest.py", "app/latest/x.py", "pytest.ini", "test/x")
	want := []string{"app/tests", "app/tests.py", "b_test.py", "conftest.py", "pytest.ini", "test", "test_b.py"}
	if diff := cmp.Diff(want, p.TestPaths()); diff != "" {
		t.Error(diff)
	}
}

func TestTestCommand(t *testing.T) {
	for _, c := range []struct {
		files, packages []string
		want            []string
	}{
		{[]string{"a.py"}, []string{"pytest"}, []string{"python", "-m", "pytest"}},
		{[]string{"pytest.ini"}, nil, nil},
		{[]string{"tests/conftest.py"}, nil, nil},
		{[]string{"manage.py"}, nil, []string{"python", "manage.py", "test"}},
		{nil, nil, []string{"python", "-m", "unittest", "discover"}},
	} {
		if diff := cmp.Diff(c.want, project(c.files...).TestCommand(c.packages)); diff != "" {
			t.Errorf("%v: %s", c, diff)
		}
	}
}

func TestStart(t *testing.T) {
	sh := func(text string) []string { return []string{"/bin/sh", "-c", text} }
	for _, c := range []struct {
		entrypoint, cmd, want []string
		wrapped               bool
	}{
		{nil, []string{"gunicorn", "a"}, []string{"gunicorn", "a"}, false},
		{nil, sh("exec gunicorn a"), []string{"gunicorn", "a"}, false},
		{nil, sh("gunicorn $APP"), sh("gunicorn $APP"), false},
		{nil, sh("a && b"), sh("a && b"), false},
		{nil, sh("a > /log"), sh("a > /log"), false},
		{[]string{"./entry.sh"}, []string{"flask", "run"}, []string{"flask", "run"}, true},
		{[]string{"python", "a.py"}, []string{"--debug"}, []string{"python", "a.py", "--debug"}, false},
		{sh("gunicorn a"), []string{"x"}, []string{"gunicorn", "a"}, false},
	} {
		got, wrapped := Start(c.entrypoint, c.cmd)
		if diff := cmp.Diff(c.want, got); diff != "" || wrapped != c.wrapped {
			t.Errorf("%q %q: wrapped %v %s", c.entrypoint, c.cmd, wrapped, diff)
		}
	}
}

func TestDevCommand(t *testing.T) {
	for _, c := range []struct {
		files, cmd, packages []string
		want                 string
	}{
		{[]string{"manage.py"}, []string{"gunicorn", "a"}, []string{"debugpy"}, "python -m debugpy --listen 0.0.0.0:5678 manage.py runserver 0.0.0.0:80"},
		{nil, []string{"uvicorn", "a:b", "--workers", "4", "--port=80"}, nil, "python -m uvicorn a:b --port=80 --host=0.0.0.0 --reload"},
		{nil, []string{"python", "-m", "uvicorn", "a:b"}, nil, "python -m uvicorn a:b --host=0.0.0.0 --reload"},
		{nil, []string{"/usr/local/bin/gunicorn", "a", "--preload"}, []string{"debugpy"}, "/usr/local/bin/gunicorn a --reload"},
		{nil, []string{"flask", "run", "-h", "0.0.0.0", "--port", "5"}, nil, "python -m flask --debug run --host=0.0.0.0 --port=80"},
		{nil, []string{"python", "a.py"}, []string{"watchdog"}, "watchmedo auto-restart --patterns=*.py --recursive -- python a.py"},
		{nil, []string{"python", "a.py"}, nil, ""},
		{nil, []string{"celery"}, nil, ""},
		{nil, nil, nil, ""},
	} {
		got, ok := project(c.files...).DevCommand(c.cmd, c.packages, "80")
		if strings.Join(got, " ") != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q, %v", c.cmd, got, ok)
		}
	}
}

func TestImportCheck(t *testing.T) {
	site := "/usr/local/lib/python3.11/site-packages/"
	dists := []inventory.Package{
		{Location: site + "Django-4.dist-info", Files: []string{site + "django/__init__.py", site + "django/db/__init__.py", "/usr/local/bin/django-admin"}},
		{Location: site + "six-1.dist-info", Files: []string{site + "six.py", site + "_cffi.cpython-311.so", site + "bad-name.py", site + "six-1.dist-info/METADATA"}},
	}
	if got, want := ImportCheck(dists), "python3 -c 'import _cffi, django, six'"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := ImportCheck(nil); got != "" {
		t.Error(got)
	}
}
